import type { SearchFilters } from '../rules/search-query.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { Access } from '../../../tams/access/access.ts';
import type { RankedSegments } from './keyword-search.ts';
import { readRevision } from './state.ts';
import {
  filterBlock,
  readBlocks,
  readLivesInView,
  readVisibleVersions,
  type VectorBlock,
  type VisibleVersion,
} from './vector-blocks.ts';
import type { ScannedBlock } from './vector-protocol.ts';
import { VectorScanner } from './vector-scanner.ts';

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
      if (lives !== undefined && (version.flowLife === null || !lives.has(version.flowLife))) continue;
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
    const before = new Map(this.#loaded.versions.map((each) => [each.version.versionId, each]));
    const visible = await readVisibleVersions(this.#reader);
    const fresh = visible.filter(({ versionId, revision: own }) => before.get(versionId)?.version.revision !== own);
    const read = new Map<string, VectorBlock[]>(fresh.map(({ versionId }) => [versionId, []]));
    for (let start = 0; start < fresh.length; start += LOAD_BATCH) {
      const ids = fresh.slice(start, start + LOAD_BATCH).map(({ versionId }) => versionId);
      for (const block of await readBlocks(this.#reader, ids, () => ++this.#lastBlock)) {
        read.get(block.versionId)?.push(block);
      }
    }
    const versions = visible
      .map((version) => {
        const blocks = read.get(version.versionId) ?? before.get(version.versionId)?.blocks ?? [];
        return { version, blocks };
      })
      .sort((a, b) => (a.version.versionId < b.version.versionId ? -1 : 1));
    const byBlock = new Map(versions.flatMap(({ blocks }) => blocks).map((block) => [block.block, block]));
    for (const block of read.values())
      for (const { block: number, vectors } of block) this.#scanner.add(number, vectors);
    for (const number of this.#loaded.byBlock.keys()) if (!byBlock.has(number)) this.#scanner.remove(number);
    this.#loaded = { revision, versions, byBlock };
  }
}
