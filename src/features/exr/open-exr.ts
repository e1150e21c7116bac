import type { Logger } from 'pino';
import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import { accessOf } from '../../tams/access/access.ts';
import { type Asker, byClasses } from '../../tams/access/by-classes.ts';
import { LimitedMedia } from '../../tams/access/limited-media.ts';
import type { Limits } from '../../tams/access/rights.ts';
import type { Services } from '../../tams/services.ts';
import type { Settings } from '../../tams/settings.ts';
import type { OpenFeature, Platform } from '../feature.ts';
import type { ExrConfig } from './exr-settings.ts';
import { removeFilesOfObjects } from './repositories/file-writing.ts';
import { inspectionsOf } from './repositories/inspection-queue-repository.ts';
import { ExrFileRepository } from './repositories/exr-file-repository.ts';
import { exrRoutes } from './routes/exr-routes.ts';
import type { VisibleObjects } from './rules/exr-file.ts';
import { AutomaticInspection, type InspectionRound } from './services/automatic-inspection.ts';
import { ExrFileService } from './services/exr-file-service.ts';
import { ExrInspectionService, ExrInspector } from './services/exr-inspector.ts';
import { type ExrBucket, ExrPlaces } from './services/exr-places.ts';
import { ExrRegistrationService } from './services/exr-registration-service.ts';
import { isExrName, registeredObjects } from './services/registered-objects.ts';
import { ExrSequenceService } from './services/exr-sequence-service.ts';
import type { ExrServices } from './routes/exr-context.ts';
import { ExrValidationService } from './services/exr-validation-service.ts';
import type { VastStore } from '../../tams/vast-store.ts';
import { AppError } from '../../shared/errors.ts';
import type { LeaseKeeper } from '../../tams/leases/lease-keeper.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';

/** Objects per query for a long sequence, so that no query takes long. */
const LOOKED_UP_OBJECTS = 1_000;

const TAGS = [{ name: 'EXR metadata', description: 'Metadata from the headers of OpenEXR files; not a part of TAMS.' }];

/** EXR metadata, and their inspection in the background where `autoInspect` is set. */
export function openExr(platform: Platform, { autoInspect, keepHistory }: ExrConfig): OpenFeature {
  const { manager, store, media, leases, siblings, settings, logger } = platform;
  const files = new ExrFileRepository(manager, keepHistory);
  const inspector = new ExrInspector(files);
  const buckets = bucketsOf(settings.media);
  const servicesOf = exrServicesOf(platform, files, inspector, buckets);
  const places = new ExrPlaces(store, media, buckets, false);
  store.subscribers.add({
    ...(autoInspect && { segmentsRegistered: registeredObjects(places, keepHistory) }),
    objectsReclaimed: (rows, objectIds) => removeFilesOfObjects(rows, objectIds),
  });
  const routes: OpenFeature['routes'] = (app, context) =>
    exrRoutes(app, { ...context, exr: (request) => servicesOf(request) });
  if (!autoInspect) return { tags: TAGS, routes };
  const inspection = new AutomaticInspection(store, manager.reader(), places, inspector, files);
  const worker = exrWorker(inspection, leases, logger);
  const wake = siblings.waker('exr worker', () => {
    worker.wake();
  });
  return {
    tags: TAGS,
    routes,
    workers: [worker],
    takesObjects: async (told) => {
      const frames = told.filter(({ bucket, key }) => isExrName(key) && places.storageOf(bucket) !== undefined);
      if (frames.length === 0) return;
      await store.transaction((tx) => inspectionsOf(tx).addPlaces(frames, Date.now()));
      wake();
    },
    metrics: exrSources(inspection, () => files.countQueued()),
  };
}

/** The services as a request may use them: over everything, unless classes limit it. */
function exrServicesOf(
  { store, media, tams, settings }: Platform,
  files: ExrFileRepository,
  inspector: ExrInspector,
  buckets: readonly ExrBucket[],
): (asker: Asker) => ExrServices {
  const build = (view: VastStore, places: ExrPlaces, services: Services, visible?: VisibleObjects): ExrServices => {
    const shown = new ExrFileService(files, visible);
    const sequences = new ExrSequenceService(files, visible);
    return {
      inspection: new ExrInspectionService(places, inspector),
      files: shown,
      sequences,
      validation: new ExrValidationService(files, shown, visible),
      registration: new ExrRegistrationService(view, files, sequences, services),
    };
  };
  const limitedTo = (limits: Limits, asker: Asker): ExrServices => {
    const view = store.limitedTo(limits);
    // An inspection reads the bytes, so they must be readable, whichever right the request uses.
    const reading = { ...limits, right: 'read' } as const;
    const places = new ExrPlaces(store.limitedTo(reading), new LimitedMedia(media, accessOf(reading)), buckets, true);
    const visible: VisibleObjects = async (ids) => {
      const seen = new Set<string>();
      for (let start = 0; start < ids.length; start += LOOKED_UP_OBJECTS) {
        for (const id of await view.objects.existing(ids.slice(start, start + LOOKED_UP_OBJECTS))) seen.add(id);
      }
      return seen;
    };
    return build(view, places, tams.of(asker), visible);
  };
  return byClasses(settings.classes, build(store, new ExrPlaces(store, media, buckets, false), tams.forAll), limitedTo);
}

/** The buckets that files can be named by. */
const bucketsOf = ({ buckets, backends }: Settings['media']): ExrBucket[] =>
  Object.entries(buckets).map(([name, storageId]) => {
    const backend = backends.find(({ id }) => id === storageId);
    return { name, storageId, prefix: backend?.type === 's3' ? backend.prefix : '' };
  });

const exrSources = (inspection: AutomaticInspection, queued: () => Promise<number>): MetricSource[] => [
  {
    name: 'tams_exr_inspections_total',
    help: 'EXR objects that were inspected after their registration, by how that ended. Without those that an adoption had just read.',
    type: 'counter',
    read: () => Object.entries(inspection.counts).map(([outcome, value]) => ({ value, labels: { outcome } })),
  },
  {
    name: 'tams_exr_queue_entries',
    help: 'Entries of the queue of EXR objects that are to be inspected, each of up to 100 objects.',
    type: 'gauge',
    across: 'shared',
    read: async () => [{ value: await queued() }],
  },
];

const LEASE = 'exr inspection';

/** Interval of looking for due objects. */
const IDLE_MS = 2_000;

/** Inspects EXR objects after segments of them were registered. */
const exrWorker = (inspection: AutomaticInspection, leases: LeaseKeeper, logger: Logger): WorkerLoop =>
  new WorkerLoop(
    'EXR inspection',
    async (signal) => {
      if (!(await inspection.isDue())) return IDLE_MS;
      await leases.during(LEASE, async () => {
        let goesOn = true;
        while (goesOn && !signal.aborted) {
          const { more, failures, ...round } = await inspection.runDue((tx) => leases.mustHold(tx, LEASE), signal);
          const failure = failureToTell(failures);
          if (failure !== undefined) {
            const { objectId, error } = failure;
            // For a bad file the message is enough; for a defect of this server the stack is needed.
            const why = error instanceof AppError ? { reason: error.message } : { err: error };
            logger.warn({ ...round, objectId, ...why }, 'EXR objects could not be inspected; one of them is named');
          } else if (round.inspected > 0) logger.info(round, 'inspected EXR objects');
          goesOn = more;
        }
      });
      return IDLE_MS;
    },
    logger,
  );

/** One line a round, however many failed alike; unexpected errors first. */
const failureToTell = (failures: InspectionRound['failures']): InspectionRound['failures'][number] | undefined =>
  failures.find(({ error }) => !(error instanceof AppError)) ?? failures[0];
