import type { ExrLikeness, SimilarExrFile, VisibleObjects } from '../rules/exr-file.ts';
import { cellsOf, type CursorPosition, type Page, type PageRequest } from '../../../shared/paging.ts';
import { cosine } from '../rules/embedding/feature-vector.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { and, eq, isIn, startsWith } from '../../../vastdb/predicate/builder.ts';
import type { RowSet } from '../../../vastdb/engine.ts';
import type { Where } from '../../../vastdb/predicate/predicate.ts';
import { toPage } from '../../../tams/documents/listing-order.ts';
import { Ranking } from '../../../shared/ranking.ts';
import { SUMMARY_COLUMNS, toSummary } from './file-rows.ts';
import { EXR_EMBEDDINGS, EXR_FILES, EXR_PARTS } from '../exr-tables.ts';

interface Scored {
  readonly id: string;
  readonly score: number;
}

/** Vectors of one read: about 6 MB, and some milliseconds of arithmetic. */
const READ_ROWS = 4_096;
const HEX_DIGITS = 16;

/**
 * Compares the vector with all of its kind, so the order is exact. Reads them in portions by the first digits of the
 * ids: memory and the time without a break stay the same, however many there are.
 */
export async function similarFiles(
  reader: ManagedReader,
  id: string,
  likeness: ExrLikeness,
  page: PageRequest,
  visible: VisibleObjects | undefined,
): Promise<Page<SimilarExrFile> | undefined> {
  const vectors = vectorsOf(reader, likeness);
  const [own] = (await vectors.own(id)).rows;
  if (own === undefined) return undefined;
  const after = positionIn(page.after);
  const best = new Ranking(page.limit + 1, inOrder, async (batch: readonly Scored[]) =>
    visible === undefined ? batch : visibleOnly(reader, batch, visible),
  );
  const [version, ownVector] = own;
  for (const prefix of prefixes(await vectors.count())) {
    const beginning = prefix === '' ? [] : [startsWith('file_id', prefix)];
    const { rows } = await vectors.read(and([eq('embedding_version', version), ...beginning]));
    await best.add(scored(rows, ownVector, id, after));
  }
  const ranked = toPage(
    { rows: best.first },
    page.limit,
    (each) => each,
    ({ id: last, score }) => [String(score), last],
  );
  return { ...ranked, items: await withFiles(reader, ranked.items) };
}

/** The vectors of one kind. */
interface Vectors {
  count(): Promise<number>;
  own(id: string): Promise<RowSet<[version: number, vector: Float32Array]>>;
  read(
    where: Where<{ file_id: string; embedding_version: number }>,
  ): Promise<RowSet<[id: string, vector: Float32Array]>>;
}

function vectorsOf(reader: ManagedReader, likeness: ExrLikeness): Vectors {
  if (likeness.by === 'metadata') {
    const table = EXR_EMBEDDINGS;
    return {
      count: () => reader.count(table),
      own: (id) =>
        reader.select({ table, columns: ['embedding_version', 'vector'], where: eq('file_id', id), limit: 1 }),
      read: (where) => reader.select({ table, columns: ['file_id', 'vector'], where }),
    };
  }
  const table = EXR_PARTS;
  return {
    count: () => reader.count(table),
    own: (id) => {
      const where = and([eq('file_id', id), eq('part', likeness.part)]);
      return reader.select({ table, columns: ['embedding_version', 'fingerprint'], where, limit: 1 });
    },
    read: (where) => reader.select({ table, columns: ['file_id', 'fingerprint'], where }),
  };
}

/** First digits of ids that together pick every row, each about `READ_ROWS` at most. */
function prefixes(count: number): string[] {
  let found = [''];
  for (let portions = count / READ_ROWS; portions > 1; portions /= HEX_DIGITS) {
    found = found.flatMap((prefix) => Array.from({ length: HEX_DIGITS }, (_, digit) => prefix + digit.toString(16)));
  }
  return found;
}

/** For a file with several parts the most similar one counts. All rows of a file are in one portion. */
function scored(
  rows: readonly (readonly [string, Float32Array])[],
  own: Float32Array,
  ownId: string,
  after: Scored | undefined,
): Scored[] {
  const scores = new Map<string, number>();
  for (const [id, vector] of rows) {
    if (id === ownId) continue;
    const score = cosine(own, vector);
    const known = scores.get(id);
    if (known === undefined || score > known) scores.set(id, score);
  }
  const found = [...scores].map(([id, score]) => ({ id, score }));
  return after === undefined ? found : found.filter((each) => inOrder(after, each) < 0);
}

const inOrder = (a: Scored, b: Scored): number => b.score - a.score || (a.id < b.id ? -1 : Number(a.id > b.id));

function positionIn(after: CursorPosition | undefined): Scored | undefined {
  if (after === undefined) return undefined;
  const [score, id] = cellsOf(after, ['string', 'string']);
  return { id, score: Number(score) };
}

async function visibleOnly(
  reader: ManagedReader,
  batch: readonly Scored[],
  visible: VisibleObjects,
): Promise<readonly Scored[]> {
  const { rows } = await reader.select({
    table: EXR_FILES,
    columns: ['id', 'object_id'],
    where: isIn(
      'id',
      batch.map(({ id }) => id),
    ),
  });
  const objectOf = new Map(rows);
  const seen = await visible([...objectOf.values()].filter((objectId) => objectId !== null));
  return batch.filter(({ id }) => seen.has(objectOf.get(id) ?? ''));
}

/** Files that were removed meanwhile are left out. */
async function withFiles(reader: ManagedReader, ranked: readonly Scored[]): Promise<SimilarExrFile[]> {
  const rows =
    ranked.length === 0
      ? []
      : await reader.selectRows({
          table: EXR_FILES,
          columns: SUMMARY_COLUMNS,
          where: isIn(
            'id',
            ranked.map(({ id }) => id),
          ),
        });
  const files = new Map(rows.map((row) => [row.id, toSummary(row)]));
  return ranked.flatMap(({ id, score }) => {
    const file = files.get(id);
    return file === undefined ? [] : [{ file, score }];
  });
}
