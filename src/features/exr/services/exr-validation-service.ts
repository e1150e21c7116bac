import type { ExrFileRepository } from '../repositories/exr-file-repository.ts';
import type { ExrFileSummary, StoredExrFile, VisibleObjects } from '../rules/exr-file.ts';
import type { CursorPosition, PageRequest } from '../../../shared/paging.ts';
import type { ExrAttribute } from '../../../formats/exr/attributes/attribute.ts';
import type { ExrHeaderPart } from '../../../formats/exr/header/header.ts';
import type { ExrInspection } from '../rules/inspection.ts';
import { DEFAULT_EXR_POLICY, type ExrPolicy, type Verdict } from '../rules/policy/policy.ts';
import { type ExrValidation, type JudgedHeader, validateExr } from '../rules/policy/validate.ts';
import { AppError } from '../../../shared/errors.ts';
import { nextTurn } from '../../../shared/loop-turns.ts';
import type { ExrFileService } from './exr-file-service.ts';

interface ValidatedExrFile extends Pick<ExrValidation, 'status' | 'rules'> {
  readonly id: string;
  readonly path: string;
}

interface ExrValidationReport {
  /** The worst of the verdicts on the files. */
  readonly status: Verdict;
  readonly policy: string | null;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly files: readonly ValidatedExrFile[];
}

/** Headers that are in memory at once: a large one has megabytes. */
const FILES_PER_READ = 25;

/** Checks inspected files against a policy, from their stored headers. */
export class ExrValidationService {
  readonly #files: ExrFileRepository;
  readonly #shown: ExrFileService;
  readonly #visible: VisibleObjects | undefined;

  constructor(files: ExrFileRepository, shown: ExrFileService, visible: VisibleObjects | undefined) {
    this.#files = files;
    this.#shown = shown;
    this.#visible = visible;
  }

  /** Throws `not_found`, and `invalid_request` for a file whose header is not known. */
  async file(id: string, policy: ExrPolicy = DEFAULT_EXR_POLICY): Promise<ExrValidationReport> {
    const found = await this.#shown.stored(id);
    if (found.inspection.parts.length === 0) {
      throw new AppError('invalid_request', 'body/file_id: the header of this file is not known', { field: 'file_id' });
    }
    return report(policy, [validate(found, policy)]);
  }

  /** A page of the files below a prefix, in the order of their paths. One query, and five for each `FILES_PER_READ`. */
  async prefix(
    pathPrefix: string,
    policy: ExrPolicy | undefined,
    page: PageRequest,
  ): Promise<{ report: ExrValidationReport; next: CursorPosition | undefined }> {
    const applied = policy ?? DEFAULT_EXR_POLICY;
    const filter = { pathPrefix, attributes: new Map<string, string>(), attributesExist: new Map<string, boolean>() };
    const { items, next } = await this.#files.list(filter, page, this.#visible);
    const files: ValidatedExrFile[] = [];
    for (let start = 0; start < items.length; start += FILES_PER_READ) {
      files.push(...(await this.#validateAll(items.slice(start, start + FILES_PER_READ), applied)));
    }
    return { report: report(applied, files), next };
  }

  async #validateAll(items: readonly ExrFileSummary[], policy: ExrPolicy): Promise<ValidatedExrFile[]> {
    const stored = await this.#files.findMany(items.map(({ id }) => id));
    const known = new Map(stored.map((file) => [file.ref.id, file]));
    const files: ValidatedExrFile[] = [];
    for (const { id, path, failure } of items) {
      const file = known.get(id);
      const reason = failure?.message ?? 'the header of this file is not known';
      files.push(
        file === undefined
          ? { id, path, status: 'FAIL', rules: [{ rule: 'readable', status: 'FAIL', reason }] }
          : validate(file, policy),
      );
      // A header of thousands of channels and a policy of many rules take long.
      await nextTurn();
    }
    return files;
  }
}

function validate({ ref, inspection }: StoredExrFile, policy: ExrPolicy): ValidatedExrFile {
  const { status, rules } = validateExr(headerOf(inspection), policy);
  return { id: ref.id, path: ref.path, status, rules };
}

function report(policy: ExrPolicy, files: readonly ValidatedExrFile[]): ExrValidationReport {
  const count = (status: Verdict): number => files.filter((file) => file.status === status).length;
  const counts = { PASS: count('PASS'), WARN: count('WARN'), FAIL: count('FAIL') };
  const status = counts.FAIL > 0 ? 'FAIL' : counts.WARN > 0 ? 'WARN' : 'PASS';
  return { status, policy: policy.name ?? null, counts, files };
}

/** The input of policies, from stored rows. */
function headerOf({ parts, channels, attributes, errors }: ExrInspection): JudgedHeader {
  const channelsOf = Map.groupBy(channels, ({ part }) => part);
  const attributesOf = Map.groupBy(attributes, ({ part }) => part);
  const byName = (list: readonly ExrAttribute[] = []): ReadonlyMap<string, ExrAttribute> =>
    new Map(list.map((attribute) => [attribute.name, attribute]));
  return {
    parts: parts.map((part): ExrHeaderPart => ({
      index: part.index,
      name: part.name,
      view: part.view,
      type: part.type,
      dataWindow: part.data_window,
      displayWindow: part.display_window,
      pixelAspectRatio: part.pixel_aspect_ratio,
      lineOrder: part.line_order,
      compression: part.compression,
      tiles: part.tiles,
      isDeep: part.is_deep,
      channels: channelsOf.get(part.index) ?? [],
      attributes: byName(attributesOf.get(part.index)),
    })),
    problems: errors,
  };
}
