import { PATTERNS } from '../../../src/http/schemas/common.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { Format, type FormatUrn } from '../../../src/tams/documents/format.ts';
import type { Tags } from '../../../src/tams/documents/tags.ts';
import type { Flow, FlowInput } from '../../../src/tams/flows/flow.ts';
import { checkFlowRules } from '../../../src/tams/flows/flow-rules.ts';
import type { Source } from '../../../src/tams/sources/source.ts';
import { SURFACES } from '../../../src/tams/versions/surfaces.ts';
import type { Row } from '../../../src/vastdb/engine.ts';
import { integerOf, jsonOf, requiredText, textOf, timeOf } from '../../../src/vastdb/foreign/cells.ts';
import { DELETED, DELETED_COLUMNS, isDeleted } from './rows.ts';
import { type ForeignTables, rowsOf } from '../../../src/vastdb/foreign/foreign-tables.ts';
import { type ImportReport, RefusedRow } from '../../../src/vastdb/foreign/import-report.ts';
import type { VastStore } from '../../../src/tams/vast-store.ts';

const UUID = new RegExp(PATTERNS.uuid.pattern);
const FORMATS: ReadonlySet<string> = new Set(Object.values(Format));
const COMMON = ['label', 'description', 'created_by', 'updated_by', 'created', 'tags', ...DELETED_COLUMNS];
const FLOW_COLUMNS = [
  ...COMMON,
  ...['metadata_updated', 'metadata_version', 'generation', 'read_only', 'codec', 'container', 'avg_bit_rate'],
  ...['max_bit_rate', 'segment_duration', 'flow_collection', 'container_mapping', 'essence_parameters', 'vfr'],
];

/** The tags of sources and flows, by their ids. They are few beside segments, and held while the others are read. */
export async function readTags(tables: ForeignTables, report: ImportReport): Promise<Map<string, Tags>> {
  const tags = new Map<string, Tags>();
  for await (const rows of rowsOf(tables, 'tags', ['id', 'entity_id', 'tag_name', 'tag_value'], DELETED_COLUMNS)) {
    for (const row of rows) {
      await take(report, 'tags', row, async () => {
        const id = uuidOf(row, 'entity_id');
        tags.set(id, { ...tags.get(id), [requiredText(row, 'tag_name')]: textOf(row, 'tag_value') ?? '' });
        return true;
      });
    }
  }
  return tags;
}

export async function importSources(
  tables: ForeignTables,
  store: VastStore,
  tags: ReadonlyMap<string, Tags>,
  report: ImportReport,
): Promise<void> {
  for await (const rows of rowsOf(tables, 'sources', ['id', 'format'], [...COMMON, 'updated'])) {
    for (const row of rows) {
      await take(report, 'sources', row, async () => {
        const source = sourceOf(row, tags);
        return store.transaction(async (tx) => {
          if ((await tx.sources.state(source.id)) !== undefined) return false;
          await tx.sources.insert(source);
          return true;
        });
      });
    }
  }
}

/**
 * Flows whose source has no row get one, as they do when a client puts them (TAMS 7.0, `PUT /flows/{flowId}`).
 *
 * @returns the ids of those that were deleted there, and not made again.
 */
export async function importFlows(
  tables: ForeignTables,
  store: VastStore,
  tags: ReadonlyMap<string, Tags>,
  report: ImportReport,
): Promise<Set<string>> {
  const deleted = new Set<string>();
  const kept = new Set<string>();
  for await (const rows of rowsOf(tables, 'flows', ['id', 'source_id', 'format'], FLOW_COLUMNS)) {
    for (const row of rows) {
      (isDeleted(row) ? deleted : kept).add(idOf(row));
      await take(report, 'flows', row, async () => {
        const flow = flowOf(row, tags);
        return store.transaction(async (tx) => {
          if ((await tx.flows.state(flow.id)) !== undefined) return false;
          const format = await tx.sources.format(flow.source_id);
          if (format === undefined) await tx.sources.insert(sourceOfFlow(flow));
          else if (format !== flow.format)
            throw new RefusedRow(`its source ${flow.source_id} has the format ${format}`);
          await tx.flows.insert(flow);
          return true;
        });
      });
    }
  }
  return deleted.difference(kept);
}

const idOf = (row: Row): string => (textOf(row, 'id') ?? '').toLowerCase();

/** @param work whether the row was taken; false: it was here already. */
async function take(report: ImportReport, table: string, row: Row, work: () => Promise<boolean>): Promise<void> {
  if (isDeleted(row)) {
    report.leave(table, DELETED);
    return;
  }
  try {
    if (await work()) report.of(table).taken += 1;
    else report.of(table).present += 1;
  } catch (error) {
    if (!(error instanceof RefusedRow)) throw error;
    report.refuse(table, textOf(row, 'id') ?? '(without an id)', error.message);
  }
}

function sourceOf(row: Row, tags: ReadonlyMap<string, Tags>): Source {
  const id = uuidOf(row, 'id');
  const created = timeOf(row, 'created') ?? new Date(0).toISOString();
  return withoutUndefined({
    id,
    format: formatOf(row),
    ...describedBy(row),
    created,
    updated: timeOf(row, 'updated') ?? created,
    tags: tagsOf(row, tags.get(id)),
  });
}

/** Some versions of the earlier system have the tags as JSON in a column, and others in a table. */
function tagsOf(row: Row, others: Tags | undefined): Tags | undefined {
  const tags = jsonOf(row, 'tags');
  if (tags === undefined) return others;
  if (typeof tags !== 'object' || tags === null || !Object.values(tags).every(isTagValue)) {
    throw new RefusedRow('tags is no JSON object of texts, and lists of texts');
  }
  return { ...(tags as Tags), ...others };
}

const isTagValue = (value: unknown): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.every((each) => typeof each === 'string'));

function sourceOfFlow({ source_id: id, format, created_by: by, created }: Flow): Source {
  return withoutUndefined({ id, format, created_by: by, updated_by: by, created, updated: created });
}

function flowOf(row: Row, tags: ReadonlyMap<string, Tags>): Flow {
  const id = uuidOf(row, 'id');
  const created = timeOf(row, 'created') ?? new Date(0).toISOString();
  const input = withoutUndefined({
    id,
    source_id: uuidOf(row, 'source_id'),
    format: formatOf(row),
    ...describedBy(row),
    tags: tagsOf(row, tags.get(id)),
    metadata_version: textOf(row, 'metadata_version'),
    generation: integerOf(row, 'generation'),
    read_only: row['read_only'] === true ? true : undefined,
    codec: textOf(row, 'codec'),
    container: textOf(row, 'container'),
    avg_bit_rate: integerOf(row, 'avg_bit_rate'),
    max_bit_rate: integerOf(row, 'max_bit_rate'),
    segment_duration: jsonOf(row, 'segment_duration'),
    flow_collection: jsonOf(row, 'flow_collection'),
    container_mapping: jsonOf(row, 'container_mapping'),
    essence_parameters: essenceOf(row),
  });
  const checked = checkedFlow(input);
  return { metadata_version: '1', ...checked, created, metadata_updated: timeOf(row, 'metadata_updated') ?? created };
}

/** Some versions of the earlier system have `vfr` beside the essence, true also of what has a rate. */
function essenceOf(row: Row): unknown {
  const essence = jsonOf(row, 'essence_parameters');
  if (row['vfr'] !== true || typeof essence !== 'object' || essence === null || 'frame_rate' in essence) return essence;
  return { ...essence, vfr: true };
}

/** As a client's flow in the newest version of TAMS is checked, which knows the most. */
function checkedFlow(input: object): FlowInput {
  const validated = SURFACES.at(-1)?.flows.validate(input) ?? { value: input };
  if ('error' in validated) throw new RefusedRow(validated.error.message);
  try {
    const flow = validated.value as FlowInput;
    checkFlowRules(flow);
    return flow;
  } catch (error) {
    throw error instanceof AppError ? new RefusedRow(error.message) : error;
  }
}

const describedBy = (row: Row) => ({
  label: textOf(row, 'label'),
  description: textOf(row, 'description'),
  created_by: textOf(row, 'created_by'),
  updated_by: textOf(row, 'updated_by'),
});

function formatOf(row: Row): FormatUrn {
  const format = requiredText(row, 'format');
  if (!FORMATS.has(format)) throw new RefusedRow(`format ${JSON.stringify(format)} is none of TAMS`);
  return format as FormatUrn;
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Left out, as in JSON: no property is undefined. */
const withoutUndefined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<T>;

/** @throws RefusedRow for anything but a UUID, as TAMS wants ids. */
function uuidOf(row: Row, column: string): string {
  const id = requiredText(row, column).toLowerCase();
  if (!UUID.test(id)) throw new RefusedRow(`${column} ${JSON.stringify(id)} is no UUID`);
  return id;
}
