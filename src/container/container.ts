import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { FEATURES } from '../features.ts';
import type { AnyFeature, OpenFeature } from '../features/feature.ts';
import { buildApp } from '../http/app.ts';
import { closeApp, REQUESTS_END_MS } from '../http/closing.ts';
import { makeMediaReady, openMediaStores } from '../media/open-media.ts';
import type { PlainUploads } from '../media/routes/media-request.ts';
import { mediaRoutes } from '../media/routes/media-routes.ts';
import { warnOfSmallDisks, withReserve } from '../operation/disk-reserve.ts';
import type { OtlpTracing } from '../operation/otlp-tracing.ts';
import type { Worker } from '../operation/worker-loop.ts';
import { ALONE, type Siblings } from '../operation/siblings.ts';
import type { Config } from '../settings.ts';
import { CursorCodec } from '../shared/cursor.ts';
import { readOrMakeSecret } from '../shared/secret-file.ts';
import { holdServerLease } from '../tams/leases/lease-keeper.ts';
import { openTams } from '../tams/open-tams.ts';
import { pathOf, SURFACES } from '../tams/versions/surfaces.ts';
import { ownUrl } from '../tams/webhooks/open-webhooks.ts';
import { tracedQueries } from '../vastdb/monitor/query-monitor.ts';
import { translateTableFailure } from '../tams/table-failure.ts';
import { openTables } from '../vastdb/open-tables.ts';
import { VastDBManager } from '../vastdb/vast-db-manager.ts';
import { buildOperation } from './open-operation.ts';
import { VAST_STORE_TABLES } from '../tams/tables.ts';
import type { TableDefinition } from '../vastdb/engine.ts';

interface Container {
  readonly app: FastifyInstance;
  /** Has each worker that looks for due work from time to time look now. For tests, which would have to wait for it. */
  lookForDue(): Promise<void>;
  /**
   * Closes everything in the order of dependence: requests, workers, features, leases, media, tables. Requests that run
   * for longer than `requestsEndMs` (20 s unless given) are cut off. It goes on serving for `delayMs` before, STOP_DELAY_S
   * unless given.
   */
  close(requestsEndMs?: number, delayMs?: number): Promise<void>;
}

const LOCAL_MEDIA =
  'media is kept in a folder while the tables are shared: every replica has to see the same folder, or none of the others can serve what was uploaded to one';

/** Opens the platform, TAMS and the features, in this order. Only the port of the metrics listens when it returns. */
export async function buildContainer(
  config: Config,
  version: string,
  logger: Logger,
  siblings: Siblings = ALONE,
): Promise<Container> {
  const secret = config.secretKey ?? (await readOrMakeSecret(join(config.dataDir, 'secret.key')));
  const tracing = await openTracing(config.operation, version, logger);
  const media = await openMediaStores(config, secret, tracing);
  const mediaCheck = await makeMediaReady(media, logger);
  const folders = ownFolders(config);
  if (config.tables.engine !== 'sqlite') {
    // Not refused: one replica may do with it, and so may several that share a file system.
    for (const folder of localMediaFolders(config.media)) logger.warn({ folder }, LOCAL_MEDIA);
  }
  const engine = await openTables(config, logger, config.diskReserveBytes);
  await warnOfSmallDisks(folders, config.diskReserveBytes, logger);
  const manager = await VastDBManager.open(engine, tableDefinitions(config.features), {
    ...tracedQueries(tracing),
    translate: translateTableFailure,
  });

  const baseUrl = (): string => config.http.publicUrl ?? ownUrl(app.server.address(), config.http.port);
  const tams = await openTams({ manager, media, settings: config, version, secret, baseUrl, siblings, logger });
  const { store, leases, services } = tams;
  const statistics = Object.values<AnyFeature>(FEATURES).flatMap((feature) => feature.statistics ?? []);
  const features: OpenFeature[] = [];
  const objectTakers = () => features.map(({ takesObjects }) => takesObjects).filter((taker) => taker !== undefined);
  const ofTams = { store, leases, events: tams.events, tams: services };
  const platform = { settings: config, logger, secret, manager, media, siblings, statistics, objectTakers, ...ofTams };
  for (const [name, feature] of Object.entries<AnyFeature>(FEATURES)) {
    const opened = await feature.open(platform, config.features[name as keyof typeof FEATURES]);
    if (opened !== undefined) features.push(opened);
  }
  // Each process has its own of these.
  const ownWorkers: Worker[] = [
    leases,
    ...(mediaCheck ? [mediaCheck] : []),
    ...features.flatMap((feature) => feature.ownWorkers ?? []),
  ];
  const workers = features.flatMap((feature) => feature.workers ?? []);
  let inBackground = false;
  const watched = {
    version,
    manager,
    media,
    workers: () => [
      ...ownWorkers.map(({ status }) => status),
      ...(inBackground ? [...tams.workers(), ...workers.map(({ status }) => status)] : []),
    ],
    siblings,
    sources: [...tams.metrics, ...features.flatMap((feature) => feature.metrics ?? [])],
    memory: [...tams.memory, ...features.flatMap((feature) => feature.memory ?? [])],
    usesDisk: folders.length > 0,
  };
  const operation = buildOperation(config, watched, tracing, logger);

  const authentication = features.find((feature) => feature.authentication !== undefined)?.authentication;
  const app = await buildApp({
    routes: async (server, http) => {
      const context = await tams.routes(server, http);
      for (const feature of features) await feature.routes?.(server, context);
      const { objects } = services.forAll;
      const upload = objects.upload.bind(objects);
      const plainUploads: PlainUploads = {
        authentication,
        allows: (principal, storageId, storagePath) =>
          services.of({ auth: principal, scope: 'write' }).objects.takesPlainUpload({ storageId, storagePath }),
      };
      await server.register(mediaRoutes, { localMedia: media.local, upload, plainUploads });
    },
    apis: [
      { path: '', version: config.apiVersion },
      ...SURFACES.map((surface) => ({ path: pathOf(surface), version: surface.version })),
    ],
    tags: features.flatMap(({ tags = [] }) => tags),
    authentication,
    operation,
    cursors: new CursorCodec(secret),
    config: { ...config.http, ...config.paging, documentMaxBytes: config.limits.documents.maxBytes },
    logger,
  });

  // TAMS deletes: it may use what is kept free for that.
  withReserve(() => {
    leases.start();
  });
  if (config.tables.engine !== 'sqlite') await holdServerLease(leases);
  for (const worker of ownWorkers) worker.start();
  siblings.onBackground(() => {
    inBackground = true;
    operation.inBackground();
    withReserve(() => {
      tams.start();
    });
    for (const worker of workers) worker.start();
  });
  await operation.listen();
  return {
    app,
    lookForDue: async () => {
      // One worker's finds can be due for the next.
      for (const worker of [...ownWorkers, ...workers]) await worker.nextRound?.();
      await tams.lookForDue();
    },
    close: (requestsEndMs = REQUESTS_END_MS, delayMs = config.operation.stopDelayMs) =>
      withReserve(async () => {
        operation.readiness.stop();
        await pause(delayMs);
        await closeApp(app, requestsEndMs, logger);
        await Promise.all([tams.stop(), ...workers.map((worker) => worker.stop())]);
        await siblings.leave(() => operation.counted());
        for (const feature of features.toReversed()) await feature.close?.();
        await Promise.all(ownWorkers.map((worker) => worker.stop()));
        await media.close();
        await manager.close();
        await tracing?.close();
        await operation.close();
      }),
  };
}

/** Traces, if they are configured; their libraries are not even loaded otherwise. */
async function openTracing(
  { tracing }: Config['operation'],
  version: string,
  logger: Logger,
): Promise<OtlpTracing | undefined> {
  if (tracing === undefined) return undefined;
  const { OtlpTracing } = await import('../operation/otlp-tracing.ts');
  const onFailure = (error: unknown): void => logger.warn({ err: error }, 'traces could not be delivered');
  return new OtlpTracing({ ...tracing, version, onFailure });
}

type Places = Pick<Config, 'tables' | 'media' | 'dataDir'>;

/** The folders on disks of this machine that hold tables or media. */
export function ownFolders({ tables, media, dataDir }: Places): string[] {
  const folders = localMediaFolders(media);
  return tables.engine === 'sqlite' ? [dataDir, ...folders] : folders;
}

const localMediaFolders = ({ backends }: Places['media']): string[] =>
  backends.flatMap((backend) => (backend.type === 'local' ? [backend.path] : []));

/** All tables of a server that is configured like this. Operators back them up, migrate and verify them. */
export const tableDefinitions = (settings: Config['features']): readonly TableDefinition[] => [
  ...VAST_STORE_TABLES,
  ...Object.entries<AnyFeature>(FEATURES).flatMap(
    ([name, feature]) => feature.tables?.(settings[name as keyof typeof settings]) ?? [],
  ),
];
