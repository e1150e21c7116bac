import type { Logger } from 'pino';
import type { BackendConfig, Config } from '../../settings.ts';
import type { VisibleObjects } from './rules/exr-files.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import type { Principal } from '../../shared/principal.ts';
import type { Store } from '../../tams/store.ts';
import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import { AutomaticInspection } from './services/automatic-inspection.ts';
import { ExrFileService } from './services/exr-file-service.ts';
import { ExrInspectionService } from './services/exr-inspection-service.ts';
import { ExrInspector } from './services/exr-inspector.ts';
import { type ExrBucket, ExrPlaces } from './services/exr-places.ts';
import { ExrRegistrationService } from './services/exr-registration-service.ts';
import { ExrSequenceService } from './services/exr-sequence-service.ts';
import type { ExrServices } from './services/exr-services.ts';
import { ExrValidationService } from './services/exr-validation-service.ts';
import { queueInspections } from './services/exr-media-type.ts';
import type { OnRegistered } from '../../tams/segments/segment-registration.ts';
import type { Services } from '../../tams/services.ts';
import { TableExrFiles } from './repositories/table-exr-files.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { exrWorker } from './exr-worker.ts';
import type { LeaseKeeper } from '../../vastdb/leases/lease-keeper.ts';
import type { WorkerLoop } from '../../operation/worker-loop.ts';
import { byClasses } from '../../tams/access/by-classes.ts';

export interface ExrParts {
  /** For a principal, over the services that it has. */
  readonly servicesOf: (principal: Principal) => ExrServices;
  /** Undefined where objects are not inspected by themselves. */
  readonly worker: WorkerLoop | undefined;
  readonly sources: readonly MetricSource[];
}

export interface ExrDeps {
  readonly manager: VastDBManager;
  readonly store: Store;
  readonly media: MediaStoreRegistry;
  readonly leases: LeaseKeeper;
  /** The services of TAMS, and as a principal may use them. */
  readonly tams: { readonly forAll: Services; readonly of: (principal: Principal) => Services };
}

/** What a registration of segments does besides. */
export const exrHookOf = ({ exr }: Config): OnRegistered | undefined =>
  exr.autoInspect ? queueInspections : undefined;

/** Of a long sequence, so that none of the queries takes long. */
const LOOKED_UP_OBJECTS = 1_000;

/** EXR metadata; undefined where it is switched off. */
export function openExr(deps: ExrDeps, config: Config, logger: Logger): ExrParts | undefined {
  if (!config.exr.enabled) return undefined;
  const { manager, store, media, leases, tams } = deps;
  const files = new TableExrFiles(manager);
  const inspector = new ExrInspector(files);
  const buckets = bucketsOf(config.search.buckets, config.media.backends);

  const build = (view: Store, services: Services, visible: VisibleObjects | undefined): ExrServices => {
    const shown = new ExrFileService(files, visible);
    const sequences = new ExrSequenceService(files, visible);
    const places = new ExrPlaces(view, media, buckets, visible !== undefined);
    return {
      inspection: new ExrInspectionService(places, inspector),
      files: shown,
      sequences,
      validation: new ExrValidationService(files, shown, visible),
      registration: new ExrRegistrationService(view, files, sequences, services),
    };
  };
  const limitedTo = (classes: readonly string[], principal: Principal): ExrServices => {
    const view = store.limitedTo(classes);
    const visible: VisibleObjects = async (ids) => {
      const seen = new Set<string>();
      for (let start = 0; start < ids.length; start += LOOKED_UP_OBJECTS) {
        for (const id of await view.objects.existing(ids.slice(start, start + LOOKED_UP_OBJECTS))) seen.add(id);
      }
      return seen;
    };
    return build(view, tams.of(principal), visible);
  };
  const servicesOf = byClasses(config.auth.classes, build(store, tams.forAll, undefined), limitedTo);

  if (!config.exr.autoInspect) return { servicesOf, worker: undefined, sources: [] };
  const inspection = new AutomaticInspection(store, new ExrPlaces(store, media, buckets, false), inspector, files);
  return {
    servicesOf,
    worker: exrWorker(inspection, leases, logger),
    sources: exrSources(inspection, () => files.countQueued()),
  };
}

/** The buckets that files can be named by, as media search names them. */
function bucketsOf(names: Readonly<Record<string, string>>, backends: readonly BackendConfig[]): ExrBucket[] {
  return Object.entries(names).map(([name, storageId]) => {
    const backend = backends.find(({ id }) => id === storageId);
    return { name, storageId, prefix: backend?.type === 's3' ? backend.prefix : '' };
  });
}

const exrSources = (inspection: AutomaticInspection, queued: () => Promise<number>): MetricSource[] => [
  {
    name: 'tams_exr_inspections_total',
    help: 'EXR objects that were inspected after their registration, by how that ended.',
    type: 'counter',
    read: () => Object.entries(inspection.counts).map(([outcome, value]) => ({ value, labels: { outcome } })),
  },
  {
    name: 'tams_exr_queue_entries',
    help: 'Entries of the queue of EXR objects that are to be inspected, each of up to 100 objects.',
    type: 'gauge',
    read: async () => [{ value: await queued() }],
  },
];
