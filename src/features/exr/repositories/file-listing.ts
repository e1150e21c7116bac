import type { ExrFileFilter, ExrFileSummary, VisibleObjects } from '../rules/exr-file.ts';
import type { CursorPosition, Page, PageRequest } from '../../../shared/paging.ts';
import type { CommittedReader } from '../../../vastdb/committed-reader.ts';
import type { Row, TableDefinition } from '../../../vastdb/engine.ts';
import { and, eq, inSelect, isIn, isNotNull, isNull, not, or, startsWith } from '../../../vastdb/predicate/builder.ts';
import { compareCells } from '../../../vastdb/predicate/compare.ts';
import type { Condition, Predicate, Where } from '../../../vastdb/predicate/predicate.ts';
import { toPage } from '../../../tams/documents/keyset-page.ts';
import { afterCursor } from '../../../tams/documents/listing-order.ts';
import { SUMMARY_COLUMNS, type SummaryRow, toSummary } from './file-rows.ts';
import { Ranking } from './ranking.ts';
import { EXR_ATTRIBUTES, EXR_CHANNELS, EXR_FILES, EXR_PARTS, type ExrFileRow } from '../exr-tables.ts';

const BY_PATH = [
  { column: 'path', direction: 'asc' },
  { column: 'id', direction: 'asc' },
] as const;

/**
 * One query a page; if objects are hidden, for each batch one more, and the look-up of its objects. An engine without
 * ordering is asked for the paths of all files that match.
 */
export async function listFiles(
  reader: CommittedReader,
  filter: ExrFileFilter,
  page: PageRequest,
  visible: VisibleObjects | undefined,
): Promise<Page<ExrFileSummary>> {
  const terms = filterTerms(filter);
  if (visible !== undefined) terms.push(isNotNull('object_id'));
  const wanted = page.limit + 1;
  if (!reader.relational) {
    const where = and([...terms, ...beyond(page.after)]);
    return toPage({ rows: await firstByPath(reader, where, wanted, visible) }, page.limit, toSummary, positionOf);
  }
  const found: SummaryRow[] = [];
  let after = page.after;
  for (;;) {
    const rows = await reader.selectRows({
      table: EXR_FILES,
      columns: SUMMARY_COLUMNS,
      where: and([...terms, ...beyond(after)]),
      orderBy: BY_PATH,
      limit: wanted,
    });
    found.push(...(visible === undefined ? rows : await withVisibleObjects(rows, visible)));
    const last = rows.at(-1);
    if (found.length >= wanted || rows.length < wanted || last === undefined) break;
    after = positionOf(last);
  }
  return toPage({ rows: found.slice(0, wanted) }, page.limit, toSummary, positionOf);
}

const beyond = (position: CursorPosition | undefined): Where<ExrFileRow>[] =>
  afterCursor(BY_PATH, position, ['string', 'string']);

interface Place {
  readonly path: string;
  readonly id: string;
  readonly object_id: string | null;
}

const byPath = (a: Place, b: Place): number => compareCells(a.path, b.path) || compareCells(a.id, b.id);

/** In one pass over the paths, whatever their number. */
async function firstByPath(
  reader: CommittedReader,
  where: Where<ExrFileRow>,
  count: number,
  visible: VisibleObjects | undefined,
): Promise<SummaryRow[]> {
  const ranking = new Ranking(count, byPath, async (batch: readonly Place[]) => {
    if (visible === undefined) return batch;
    const seen = await visible(batch.flatMap(({ object_id }) => object_id ?? []));
    return batch.filter(({ object_id }) => object_id !== null && seen.has(object_id));
  });
  for await (const { columns } of reader.scan({ table: EXR_FILES, columns: ['path', 'id', 'object_id'], where })) {
    const [paths, ids, objectIds] = columns;
    await ranking.add(
      paths.map((path, index) => ({ path, id: ids[index] ?? '', object_id: objectIds[index] ?? null })),
    );
  }
  const ids = ranking.first.map(({ id }) => id);
  if (ids.length === 0) return [];
  // If files were removed meanwhile, others take their places: a page that is not full would count as the last.
  const rows = await reader.selectRows({ table: EXR_FILES, columns: SUMMARY_COLUMNS, where: isIn('id', ids) });
  if (rows.length < ids.length) return firstByPath(reader, where, count, visible);
  const places = new Map(ids.map((id, place) => [id, place]));
  return rows.sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
}

async function withVisibleObjects(rows: readonly SummaryRow[], visible: VisibleObjects): Promise<SummaryRow[]> {
  const seen = await visible(rows.flatMap(({ object_id: id }) => id ?? []));
  return rows.filter(({ object_id: id }) => id !== null && seen.has(id));
}

const positionOf = ({ path, id }: SummaryRow): [string, string] => [path, id];

function filterTerms(filter: ExrFileFilter): Where<ExrFileRow>[] {
  const terms: Where<ExrFileRow>[] = [];
  const add = <Value>(value: Value | undefined, term: (value: Value) => Where<ExrFileRow>): void => {
    if (value !== undefined) terms.push(term(value));
  };
  add(filter.pathPrefix, (prefix) => startsWith('path', prefix));
  add(filter.width, (width) => eq('width', BigInt(width)));
  add(filter.height, (height) => eq('height', BigInt(height)));
  add(filter.deep, (deep) => eq('is_deep', deep));
  add(filter.tiled, (tiled) => eq('is_tiled', tiled));
  add(filter.failed, (failed) => (failed ? isNotNull('failure') : isNull('failure')));
  add(filter.channel, (name) => having(EXR_CHANNELS, eq('name', name)));
  add(filter.layer, (layer) => having(EXR_CHANNELS, eq('layer', layer)));
  add(filter.compression, (compression) => having(EXR_PARTS, eq('compression', compression)));
  add(filter.type, (type) => having(EXR_PARTS, eq('type', type)));
  for (const [name, value] of filter.attributes) {
    terms.push(having(EXR_ATTRIBUTES, and([eq('name', name), valueIs(value)])));
  }
  for (const [name, exists] of filter.attributesExist) {
    const has = having(EXR_ATTRIBUTES, eq('name', name));
    terms.push(exists ? has : not(has));
  }
  return terms;
}

const having = <R extends Row & { file_id: string }>(
  table: TableDefinition<R>,
  where: Where<R>,
): Predicate<Condition<'id', string>> => inSelect('id', { table, column: 'file_id', where });

function valueIs(value: string): Predicate<Condition<'value_text', string> | Condition<'value_number', number>> {
  const number = value.trim() === '' ? NaN : Number(value);
  const isText = eq('value_text', value);
  return Number.isFinite(number) ? or([isText, eq('value_number', number)]) : isText;
}
