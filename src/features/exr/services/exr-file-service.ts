import type { ExrFileRepository } from '../repositories/exr-file-repository.ts';
import type {
  ExrAudit,
  ExrFailure,
  ExrFileFilter,
  ExrFileRef,
  ExrFileSummary,
  ExrLikeness,
  FormerHeader,
  SimilarExrFile,
  StoredExrFile,
  VisibleObjects,
} from '../rules/exr-file.ts';
import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { ExrInspection } from '../rules/inspection.ts';
import { AppError } from '../../../shared/errors.ts';

/** A file as answers show it: the result of its inspection, with its time. */
interface ShownExrFile extends Omit<ExrInspection, 'errors'> {
  readonly errors: readonly (ExrInspection['errors'][number] | ExrFailure)[];
  readonly persistence: ExrAudit;
}

/** Stored metadata of EXR files, as a principal may see it. */
export class ExrFileService {
  readonly #files: ExrFileRepository;
  readonly #visible: VisibleObjects | undefined;

  constructor(files: ExrFileRepository, visible: VisibleObjects | undefined) {
    this.#files = files;
    this.#visible = visible;
  }

  list(filter: ExrFileFilter, page: PageRequest): Promise<Page<ExrFileSummary>> {
    return this.#files.list(filter, page, this.#visible);
  }

  async get(id: string): Promise<ShownExrFile> {
    const { inspection, failure, audit } = await this.stored(id);
    return {
      ...inspection,
      errors: failure === null ? inspection.errors : [...inspection.errors, failure],
      persistence: audit,
    };
  }

  /** Throws `not_found`. */
  async stored(id: string): Promise<StoredExrFile> {
    const found = await this.#files.find(id);
    if (found === undefined || !(await this.#sees(found.ref))) throw noFile();
    return found;
  }

  /** Throws `not_found` for a file that is not there, and `invalid_request` where it has no such vector. */
  async similar(id: string, likeness: ExrLikeness, page: PageRequest): Promise<Page<SimilarExrFile>> {
    await this.#ref(id);
    const found = await this.#files.similar(id, likeness, page, this.#visible);
    if (found !== undefined) return found;
    if (likeness.by === 'metadata') {
      throw new AppError('invalid_request', 'the header of this file is not known', { field: 'fileId' });
    }
    throw new AppError('invalid_request', `part: the file has no part ${likeness.part}`, { field: 'part' });
  }

  /** Throws `not_found`. */
  async history(id: string): Promise<FormerHeader[]> {
    await this.#ref(id);
    return this.#files.formerHeaders(id);
  }

  async remove(id: string): Promise<void> {
    await this.#ref(id);
    if (!(await this.#files.remove(id))) throw noFile();
  }

  async #ref(id: string): Promise<ExrFileRef> {
    const found = await this.#files.ref(id);
    if (found === undefined || !(await this.#sees(found))) throw noFile();
    return found;
  }

  async #sees({ objectId }: ExrFileRef): Promise<boolean> {
    if (this.#visible === undefined) return true;
    return objectId !== null && (await this.#visible([objectId])).has(objectId);
  }
}

const noFile = (): AppError => new AppError('not_found', 'There is no EXR file of this id.');
