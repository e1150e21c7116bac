import type { Feature } from '../feature.ts';
import { AdoptionKeyReader } from './adoption-key-repository.ts';
import { AdoptionReader } from './adoption-repository.ts';
import { adoptionRoutes } from './adoption-routes.ts';
import { AdoptionService } from './adoption-service.ts';
import { AdoptionSteps } from './adoption-steps.ts';
import { ADOPTION_TABLES } from './adoption-tables.ts';
import { ADOPTION_LEASE, adoptionWorker, arrivalWorker } from './adoption-worker.ts';
import { arrivalTaker, FrameArrivals } from './frame-arrivals.ts';
import { KeyRegistration } from './key-registration.ts';
import { Probes } from './probes.ts';

/** Objects of bytes that lie in storage backends already (docs/adr/0037-adoption.md). */
export const adoption: Feature<undefined> = {
  settings: () => undefined,
  tables: () => ADOPTION_TABLES,
  open: ({ manager, store, media, leases, siblings, settings, logger, tams }) => {
    const adoptions = new AdoptionReader(manager.reader());
    const probes = new Probes(media, settings.media.backends);
    const registration = new KeyRegistration(tams.forAll);
    const steps = new AdoptionSteps({
      store,
      reader: manager.reader('background'),
      logger,
      registration,
      mustBeOurs: (tx) => leases.mustHold(tx, ADOPTION_LEASE),
    });
    const worker = adoptionWorker({ adoptions, steps, probes, leases, logger });
    const service = new AdoptionService({
      store,
      adoptions,
      keys: new AdoptionKeyReader(manager.reader()),
      scans: new AdoptionKeyReader(manager.reader('background')),
      probes,
      limits: settings.limits.documents,
      onWork: siblings.waker('adoption worker', () => {
        worker.wake();
      }),
    });
    const arrivals = new FrameArrivals({
      store,
      adoptions,
      keys: new AdoptionKeyReader(manager.reader('background')),
      probes,
      registration,
      buckets: settings.media.buckets,
      logger,
    });
    const follower = arrivalWorker(arrivals, leases, logger);
    return Promise.resolve({
      routes: (app, context) => {
        adoptionRoutes(app, service, context);
      },
      workers: [worker, follower],
      takesObjects: arrivalTaker(
        arrivals,
        siblings.waker('adoption arrivals', () => {
          follower.wake();
        }),
      ),
    });
  },
};
