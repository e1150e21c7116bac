import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { describe } from 'vitest';
import type { Asset } from '../../../src/features/search/rules/asset.ts';
import type { TranscriptSegmentInput, Version } from '../../../src/features/search/rules/version.ts';
import { HashingEmbedder } from '../../../src/features/search/rules/embedding.ts';
import type { ConsumerTimes } from '../../../src/features/search/repositories/job-consumer.ts';
import { JobQueue } from '../../../src/features/search/repositories/job-queue.ts';
import { SearchDatabase } from '../../../src/features/search/repositories/search-database.ts';
import { EMBEDDINGS, searchTables } from '../../../src/features/search/search-tables.ts';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { and, eq, isNull } from '../../../src/vastdb/predicate/builder.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { openTestEngine, TEST_TABLE_ENGINE } from '../table-engine.ts';
import { withoutOrdering } from '../unordered-engine.ts';
import { openEmulatedEngine } from '../vastdb/emulated-engine.ts';
import { openTemporaryEngine } from '../vastdb/temporary-engine.ts';

export const DIMENSION = 384;
export const embedder = new HashingEmbedder(DIMENSION);

export interface SearchWorld {
  readonly manager: VastDBManager;
  readonly database: SearchDatabase;
  queue(times?: ConsumerTimes): JobQueue;
  /** A second process would see the tables so. */
  otherDatabase(): SearchDatabase;
  dispose(): Promise<void>;
}

type OpenEngine = () => Promise<{ engine: TableEngine; dispose: () => Promise<void> }>;

const ENGINES: Readonly<Record<string, OpenEngine>> = {
  sqlite: openTemporaryEngine,
  'an engine without ordering': async () => {
    const opened = await openTemporaryEngine();
    return { ...opened, engine: withoutOrdering(opened.engine) };
  },
  vast: () => openEmulatedEngine(),
  postgres: async () => {
    const engine = await openTestEngine(randomUUID());
    return { engine, dispose: () => engine.close() };
  },
};

/** Describes the same tests for every engine: the embedded one and what is made of it, or the one of `TEST_TABLE_ENGINE`. */
export function describeOnEngines(name: string, tests: (open: () => Promise<SearchWorld>) => void): void {
  const others = Object.keys(ENGINES).filter((engine) => engine !== 'vast' && engine !== 'postgres');
  const engines = TEST_TABLE_ENGINE === 'sqlite' ? others : [TEST_TABLE_ENGINE];
  describe.each(engines)(`${name} on %s`, (engine) => {
    tests(() => openSearchWorld(ENGINES[engine] ?? openTemporaryEngine));
  });
}

/** A queue that can stop its consumers. */
class WatchedQueue extends JobQueue {
  readonly #consumers: ReturnType<JobQueue['consume']>[] = [];

  override consume(...args: Parameters<JobQueue['consume']>): ReturnType<JobQueue['consume']> {
    const consumer = super.consume(...args);
    this.#consumers.push(consumer);
    return consumer;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
  }
}

export async function openSearchWorld(open: OpenEngine = openTemporaryEngine): Promise<SearchWorld> {
  const { engine, dispose } = await open();
  const manager = await VastDBManager.open(engine, searchTables(DIMENSION));
  const databases: SearchDatabase[] = [];
  const queues: WatchedQueue[] = [];
  const otherDatabase = (): SearchDatabase => {
    const database = new SearchDatabase(manager, DIMENSION);
    databases.push(database);
    return database;
  };
  return {
    manager,
    database: otherDatabase(),
    otherDatabase,
    queue: (times) => {
      const queue = new WatchedQueue(manager, pino({ level: 'silent' }), times);
      queues.push(queue);
      return queue;
    },
    dispose: async () => {
      await Promise.all(queues.map((queue) => queue.stop()));
      await Promise.all(databases.map((database) => database.close()));
      await dispose();
    },
  };
}

/** Vectors of a version by one model that are not deleted, in no order. */
export const embeddingsOf = (manager: VastDBManager, versionId: string, model: string) =>
  manager.selectRows({
    table: EMBEDDINGS,
    where: and([eq('version_id', versionId), eq('model', model), isNull('deleted_ms')]),
  });

/** Segments of five seconds each, one after the other. */
export function segmentsOf(texts: readonly string[], speaker: string | null = null): TranscriptSegmentInput[] {
  return texts.map((text, position) => ({
    chunking: 'plain',
    position,
    startNs: BigInt(position) * 5_000_000_000n,
    endNs: BigInt(position + 1) * 5_000_000_000n,
    text,
    speaker,
    confidence: 0.9,
  }));
}

export interface StagedVersion {
  readonly asset: Asset;
  readonly version: Version;
  readonly segmentIds: readonly string[];
}

/** An asset with a version of these texts and their vectors, not yet published. */
export async function stage(
  database: SearchDatabase,
  asset: Parameters<SearchDatabase['upsertAsset']>[0],
  etag: string,
  texts: readonly string[],
  more: { speaker?: string; language?: string } = {},
): Promise<StagedVersion> {
  const written = await database.upsertAsset({ ...asset, etag });
  const { language } = more;
  const version = await database.createVersion({ assetId: written.id, etag, language });
  await database.upsertTranscriptSegments(version.id, segmentsOf(texts, more.speaker ?? null));
  const vectors = await embedder.embed(texts);
  const segmentIds = texts.map((_, position) => `${version.id}:plain:${position}`);
  const embeddings = vectors.map((vector, index) => ({
    segmentId: segmentIds[index] ?? '',
    model: embedder.model,
    vector,
  }));
  await database.upsertEmbeddings(version.id, embeddings);
  await database.updateVersionStatus(version.id, { status: 'indexed' });
  return { asset: written, version, segmentIds };
}

export async function publish(...args: Parameters<typeof stage>): Promise<StagedVersion> {
  const staged = await stage(...args);
  const asset = await args[0].setCurrentVersion(staged.asset.id, staged.version.id);
  return { ...staged, asset };
}

export async function semantic(
  database: SearchDatabase,
  text: string,
  more: Partial<Parameters<SearchDatabase['semanticSearch']>[0]> = {},
): ReturnType<SearchDatabase['semanticSearch']> {
  const [vector = new Float32Array()] = await embedder.embed([text]);
  return database.semanticSearch({ model: embedder.model, vector, limit: 10, offset: 0, minScore: 0.2, ...more });
}
