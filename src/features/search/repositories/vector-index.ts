import type { SearchFilters } from '../rules/search-query.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { Access } from '../../../tams/access/access.ts';
import type { RankedSegments } from '../rules/ranking.ts';
import { readRevision } from './state.ts';
import { type ScannedBlock, VectorScanner } from './vector-scanner.ts';
import { and, isIn, isNotNull, isNull } from '../../../vastdb/predicate/builder.ts';
import type { RowOf } from '../../../vastdb/schema/define-table.ts';
import { EMBEDDINGS, SEGMENTS, VISIBLE_EMBEDDINGS } from '../search-tables.ts';
import { inView, shifted } from './visible.ts';

/** A version whose vectors may be found. Its `revision` goes up when they change. */
type VisibleVersion = RowOf<typeof VISIBLE_EMBEDDINGS>;

/** The vectors of one version and model, with the filterable properties of their segments. */
interface VectorBlock {
  readonly block: number;
  readonly versionId: string;
  readonly model: string;
  readonly vectors: Float32Array;
  readonly segmentIds: readonly string[];
  readonly speakers: readonly (string | null)[];
  readonly startsNs: BigInt64Array;
  readonly endsNs: BigInt64Array;
}

/** Among the flows of assets with vectors, the lives that the view may see. */
async function readLivesInView(reader: ManagedReader, access: Access): Promise<Set<string>> {
  const { rows } = await reader.select({
    table: VISIBLE_EMBEDDINGS,
    columns: ['flow_life'],
    where: and([isNotNull('flow_life'), inView(access)]),
    distinct: true,
  });
  return new Set(rows.flatMap(([life]) => life ?? []));
}

/** The blocks of these versions; none of a version without vectors. `nextBlock` gives each a number of its own. */
async function readBlocks(
  reader: ManagedReader,
  versionIds: readonly string[],
  nextBlock: () => number,
): Promise<VectorBlock[]> {
  const where = and([isIn('version_id', versionIds), isNull('deleted_ms')]);
  const segments = await reader.select({
    table: SEGMENTS,
    columns: ['id', 'speaker', 'start_ns', 'end_ns'],
    where,
  });
  const known = new Map(segments.rows.map(([id, ...attributes]): [string, Attributes] => [id, attributes]));
  const columns = ['version_id', 'model', 'segment_id', 'vector'] as const;
  const { rows } = await reader.select({ table: EMBEDDINGS, columns, where });
  const groups = new Map<string, VectorCells[]>();
  for (const cells of rows) {
    if (!known.has(cells[2])) continue;
    const key = `${cells[0]} ${cells[1]}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cells]);
    else group.push(cells);
  }
  return Array.from(groups.values(), (group) => toBlock(group, known, nextBlock()));
}

/** The rows of a block that pass the filters; undefined if none do. */
function filterBlock(
  { block, segmentIds, speakers, startsNs, endsNs }: VectorBlock,
  version: VisibleVersion,
  filters: SearchFilters,
): ScannedBlock | undefined {
  const { bucket, flowId, sourceId, language, speaker, timerange } = filters;
  if (bucket !== undefined && bucket !== version.bucket) return undefined;
  if (flowId !== undefined && flowId !== version.flow_id) return undefined;
  if (sourceId !== undefined && sourceId !== version.source_id) return undefined;
  if (language !== undefined && language !== version.language) return undefined;
  if (speaker === undefined && timerange === undefined) return { block };
  if (timerange?.isEmpty === true) return undefined;
  const { start = null, end = null } = timerange === undefined ? {} : shifted(timerange, version.offset_ns);
  const rows: number[] = [];
  for (let row = 0; row < segmentIds.length; row += 1) {
    if (speaker !== undefined && speakers[row] !== speaker) continue;
    if (end !== null && (startsNs[row] ?? 0n) >= end) continue;
    if (start !== null && (endsNs[row] ?? 0n) <= start) continue;
    rows.push(row);
  }
  return rows.length === 0 ? undefined : { block, rows: Uint32Array.from(rows) };
}

type Attributes = [string | null, bigint, bigint];
type VectorCells = [string, string, string, Float32Array];

function toBlock(group: readonly VectorCells[], known: ReadonlyMap<string, Attributes>, block: number): VectorBlock {
  // The same order in every process, so that pages of equal scores fit together.
  const sorted = [...group].sort((a, b) => (a[2] < b[2] ? -1 : 1));
  const [versionId, model, , first] = sorted[0] ?? ['', '', '', new Float32Array()];
  const { length: dimension } = first;
  const vectors = new Float32Array(new SharedArrayBuffer(sorted.length * dimension * Float32Array.BYTES_PER_ELEMENT));
  const startsNs = new BigInt64Array(sorted.length);
  const endsNs = new BigInt64Array(sorted.length);
  const speakers: (string | null)[] = [];
  sorted.forEach(([, , segmentId, vector], row) => {
    const [speaker, startNs, endNs] = known.get(segmentId) ?? [null, 0n, 0n];
    vectors.set(vector, row * dimension);
    speakers.push(speaker);
    startsNs[row] = startNs;
    endsNs[row] = endNs;
  });
  const segmentIds = sorted.map(([, , segmentId]) => segmentId);
  return { block, versionId, model, vectors, segmentIds, speakers, startsNs, endsNs };
}

/** Versions per read of vectors. */
const LOAD_BATCH = 16;

interface Loaded {
  readonly revision: bigint;
  /** In the order of their ids. */
  readonly versions: readonly { readonly version: VisibleVersion; readonly blocks: readonly VectorBlock[] }[];
  readonly byBlock: ReadonlyMap<number, VectorBlock>;
}

/** The visible vectors in memory, as they were at the last change, and the exact search over them. */
export class VectorIndex {
  readonly #reader: ManagedReader;
  readonly #scanner = new VectorScanner();
  #loaded: Loaded = { revision: -1n, versions: [], byBlock: new Map() };
  #refresh: Promise<void> | undefined;
  #lastBlock = 0;

  /** The reader is one for reads that take long. */
  constructor(reader: ManagedReader) {
    this.#reader = reader;
  }

  /** The `count` nearest segments above `minScore`, by the cosine, and how many are above it. */
  async rank(
    { model, vector, minScore }: { model: string; vector: Float32Array; minScore: number },
    access: Access,
    filters: SearchFilters,
    count: number,
  ): Promise<RankedSegments> {
    await this.#bringUpToDate();
    const lives = access.classes === undefined ? undefined : await readLivesInView(this.#reader, access);
    // Nothing is awaited between here and the scan: the scan sees one state of the index.
    const { versions, byBlock } = this.#loaded;
    const blocks: ScannedBlock[] = [];
    for (const { version, blocks: own } of versions) {
      if (lives !== undefined && (version.flow_life === null || !lives.has(version.flow_life))) continue;
      for (const block of own) {
        const scanned = block.model === model ? filterBlock(block, version, filters) : undefined;
        if (scanned !== undefined) blocks.push(scanned);
      }
    }
    if (blocks.length === 0) return { ranked: [], total: 0 };
    const found = await this.#scanner.scan(vector, blocks, count, minScore);
    const ranked = Array.from(found.scores, (score, index) => ({
      id: byBlock.get(found.blocks[index] ?? 0)?.segmentIds[found.rows[index] ?? 0] ?? '',
      score,
    }));
    return { ranked, total: found.total };
  }

  close(): Promise<void> {
    return this.#scanner.close();
  }

  /** Afterwards, everything that was committed before the call is visible. */
  async #bringUpToDate(): Promise<void> {
    const revision = await readRevision(this.#reader);
    // A refresh that began earlier may have read older rows: then one more is needed.
    while (this.#loaded.revision < revision) {
      this.#refresh ??= this.#load().finally(() => {
        this.#refresh = undefined;
      });
      await this.#refresh;
    }
  }

  async #load(): Promise<void> {
    // Read first: commits during the rest count as not seen.
    const revision = await readRevision(this.#reader);
    const before = new Map(this.#loaded.versions.map((each) => [each.version.version_id, each]));
    const visible = await this.#reader.selectRows({ table: VISIBLE_EMBEDDINGS });
    const fresh = visible.filter(({ version_id: id, revision: own }) => before.get(id)?.version.revision !== own);
    const read = new Map<string, VectorBlock[]>(fresh.map(({ version_id: id }) => [id, []]));
    for (let start = 0; start < fresh.length; start += LOAD_BATCH) {
      const ids = fresh.slice(start, start + LOAD_BATCH).map(({ version_id: id }) => id);
      for (const block of await readBlocks(this.#reader, ids, () => ++this.#lastBlock)) {
        read.get(block.versionId)?.push(block);
      }
    }
    const versions = visible
      .map((version) => {
        const blocks = read.get(version.version_id) ?? before.get(version.version_id)?.blocks ?? [];
        return { version, blocks };
      })
      .sort((a, b) => (a.version.version_id < b.version.version_id ? -1 : 1));
    const byBlock = new Map(versions.flatMap(({ blocks }) => blocks).map((block) => [block.block, block]));
    for (const { block, vectors } of [...read.values()].flat()) this.#scanner.add(block, vectors);
    for (const number of this.#loaded.byBlock.keys()) if (!byBlock.has(number)) this.#scanner.remove(number);
    this.#loaded = { revision, versions, byBlock };
  }
}
