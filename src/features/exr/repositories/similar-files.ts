import type { ExrLikeness, SimilarExrFile } from '../rules/exr-file.ts';
import type { VisibleObjects } from '../rules/exr-files.ts';
import { cellsOf, type CursorPosition, type Page, type PageRequest } from '../../../shared/paging.ts';
import { cosine } from '../rules/embedding/feature-vector.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { and, eq, isIn, startsWith } from '../../../vastdb/predicate/builder.ts';
import { toPage } from '../../../tams/documents/keyset-page.ts';
import { Ranking } from './ranking.ts';
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
  const kind = vectorsOf(likeness);
  const own = await ownVector(reader, id, kind, likeness);
  if (own === undefined) return undefined;
  const after = positionIn(page.after);
  const best = new Ranking(page.limit + 1, inOrder, async (batch: readonly Scored[]) =>
    visible === undefined ? batch : visibleOnly(reader, batch, visible),
  );
  for (const prefix of await prefixes(reader, kind.table)) {
    const { rows } = await reader.select({
      table: kind.table,
      columns: ['file_id', kind.column],
      where: and([eq('embedding_version', own.version), ...(prefix === '' ? [] : [startsWith('file_id', prefix)])]),
    });
    await best.add(scored(rows as [string, Float32Array][], own.vector, id, after));
  }
  const ranked = toPage(
    { rows: best.first },
    page.limit,
    (each) => each,
    ({ id: last, score }) => [String(score), last],
  );
  return { ...ranked, items: await withFiles(reader, ranked.items) };
}

const vectorsOf = ({ by }: ExrLikeness): { table: string; column: string } =>
  by === 'metadata'
    ? { table: EXR_EMBEDDINGS.name, column: 'vector' }
    : { table: EXR_PARTS.name, column: 'fingerprint' };

async function ownVector(
  reader: ManagedReader,
  id: string,
  { table, column }: { table: string; column: string },
  likeness: ExrLikeness,
): Promise<{ version: number; vector: Float32Array } | undefined> {
  const { rows } = await reader.select({
    table,
    columns: ['embedding_version', column],
    where: and([eq('file_id', id), ...(likeness.by === 'channels' ? [eq('part', likeness.part)] : [])]),
    limit: 1,
  });
  const [row] = rows as [number, Float32Array][];
  return row && { version: row[0], vector: row[1] };
}

/** First digits of ids that together pick every row, each about `READ_ROWS` at most. */
async function prefixes(reader: ManagedReader, table: string): Promise<string[]> {
  let found = [''];
  for (let portions = (await reader.count(table)) / READ_ROWS; portions > 1; portions /= HEX_DIGITS) {
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
    table: EXR_FILES.name,
    columns: ['id', 'object_id'],
    where: isIn(
      'id',
      batch.map(({ id }) => id),
    ),
  });
  const objectOf = new Map(rows as [string, string | null][]);
  const seen = await visible([...objectOf.values()].filter((objectId) => objectId !== null));
  return batch.filter(({ id }) => seen.has(objectOf.get(id) ?? ''));
}

/** Files that were removed meanwhile are left out. */
async function withFiles(reader: ManagedReader, ranked: readonly Scored[]): Promise<SimilarExrFile[]> {
  const rows =
    ranked.length === 0
      ? []
      : await reader.selectRows({
          table: EXR_FILES.name,
          columns: SUMMARY_COLUMNS,
          where: isIn(
            'id',
            ranked.map(({ id }) => id),
          ),
        });
  const files = new Map(rows.map((row) => [row['id'] as string, toSummary(row)]));
  return ranked.flatMap(({ id, score }) => {
    const file = files.get(id);
    return file === undefined ? [] : [{ file, score }];
  });
}
