import type { Logger } from 'pino';
import type { AutomaticInspection, InspectionRound } from './services/automatic-inspection.ts';
import { AppError } from '../../shared/errors.ts';
import type { LeaseKeeper } from '../../tams/leases/lease-keeper.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';

const LEASE = 'exr inspection';

/** Interval of looking for due objects. */
const IDLE_MS = 2_000;

/** Inspects EXR objects after segments of them were registered. */
export const exrWorker = (inspection: AutomaticInspection, leases: LeaseKeeper, logger: Logger): WorkerLoop =>
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
