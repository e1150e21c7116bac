import type { ExrFileFilter, ExrFileSummary, VisibleObjects } from '../rules/exr-file.ts';
import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { CommittedReader } from '../../../vastdb/committed-reader.ts';
import type { Row, TableDefinition } from '../../../vastdb/engine.ts';
import { and, eq, inSelect, isNotNull, isNull, not, or, startsWith } from '../../../vastdb/predicate/builder.ts';
import type { Condition, Predicate, Where } from '../../../vastdb/predicate/predicate.ts';
import { afterCursor, toPage } from '../../../tams/documents/listing-order.ts';
import { SUMMARY_COLUMNS, type SummaryRow, toSummary } from './file-rows.ts';
import { EXR_ATTRIBUTES, EXR_CHANNELS, EXR_FILES, EXR_PARTS, type ExrFileRow } from '../exr-tables.ts';

const BY_PATH = [
  { column: 'path', direction: 'asc' },
  { column: 'id', direction: 'asc' },
] as const;

/** Files that belong to no visible object are left out. */
export async function listFiles(
  reader: CommittedReader,
  filter: ExrFileFilter,
  page: PageRequest,
  visible: VisibleObjects | undefined,
): Promise<Page<ExrFileSummary>> {
  const terms = [...filterTerms(filter), ...afterCursor(BY_PATH, page.after, ['string', 'string'])];
  if (visible !== undefined) terms.push(isNotNull('object_id'));
  const rows = await reader.firstRows({
    table: EXR_FILES,
    columns: SUMMARY_COLUMNS,
    where: and(terms),
    orderBy: BY_PATH,
    limit: page.limit + 1,
    check:
      visible === undefined
        ? undefined
        : {
            columns: ['object_id'],
            pass: async (files) => {
              const seen = await visible(files.flatMap(({ object_id: id }) => id ?? []));
              return files.map(({ object_id: id }) => id !== null && seen.has(id));
            },
          },
  });
  return toPage({ rows }, page.limit, toSummary, positionOf);
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
