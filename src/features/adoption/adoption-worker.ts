import type { Logger } from 'pino';
import { withReserve } from '../../operation/disk-reserve.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';
import { isRefusedKey } from '../../media/s3-errors.ts';
import { AppError } from '../../shared/errors.ts';
import { type LeaseKeeper, LeaseLost } from '../../tams/leases/lease-keeper.ts';
import type { Adoption } from './adoption.ts';
import type { AdoptionReader } from './adoption-repository.ts';
import type { AdoptionSteps } from './adoption-steps.ts';
import type { FrameArrivals } from './frame-arrivals.ts';
import { KeyListing } from './key-listing.ts';
import type { Probes } from './probes.ts';
import { Refused } from './refused.ts';

export const ADOPTION_LEASE = 'adoption';
/** Interval of looking for adoptions. */
const IDLE_MS = 2_000;
const UNDER_WAY = ['listing', 'probing', 'adopting', 'removing'] as const;

interface WorkerParts {
  readonly adoptions: AdoptionReader;
  readonly steps: AdoptionSteps;
  readonly probes: Probes;
  readonly leases: LeaseKeeper;
  readonly logger: Logger;
}

/** Works on adoptions, one after the other. One process at a time does. */
export function adoptionWorker(parts: WorkerParts): WorkerLoop {
  const { adoptions, leases, logger } = parts;
  const round = async (signal: AbortSignal): Promise<number> => {
    if ((await adoptions.inStates(UNDER_WAY)).length === 0) return IDLE_MS;
    await leases.during(ADOPTION_LEASE, async () =>
      eachOf(await adoptions.inStates(UNDER_WAY), (adoption) => workOn(adoption, parts, signal)),
    );
    return IDLE_MS;
  };
  return new WorkerLoop('adoption worker', round, logger);
}

const ARRIVALS_LEASE = 'adoption arrivals';

/** Adopts frames that events told of. Another worker than that of adoptions, which may take hours. */
export function arrivalWorker(arrivals: FrameArrivals, leases: LeaseKeeper, logger: Logger): WorkerLoop {
  const round = async (signal: AbortSignal): Promise<number> => {
    if ((await arrivals.due()).length === 0) return IDLE_MS;
    await leases.during(ARRIVALS_LEASE, async () =>
      eachOf(await arrivals.due(), async (adoption) => {
        let more = true;
        while (more && !signal.aborted) {
          more = await arrivals.adopt(adoption, (tx) => leases.mustHold(tx, ARRIVALS_LEASE));
        }
      }),
    );
    return IDLE_MS;
  };
  return new WorkerLoop('adoption arrivals', round, logger);
}

/** Where one fails, the others have their turn first: they may be of another store. */
async function eachOf(adoptions: readonly Adoption[], work: (adoption: Adoption) => Promise<void>): Promise<void> {
  let failure: AppError | undefined;
  for (const adoption of adoptions) {
    try {
      await work(adoption);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
}

/** Works on an adoption until it is done, waits for its start, or the process stops. */
async function workOn(
  { id }: Adoption,
  { adoptions, steps, probes, logger }: WorkerParts,
  signal: AbortSignal,
): Promise<void> {
  let listing: KeyListing | undefined;
  while (!signal.aborted) {
    const adoption = await adoptions.find(id);
    if (adoption === undefined) return;
    try {
      const { state } = adoption;
      if (state === 'removing') {
        await withReserve(() => steps.remove(adoption));
        continue;
      }
      if (state !== 'listing' && state !== 'probing' && state !== 'adopting') return;
      // The settings may be others than when it was asked for.
      const adoptable = probes.mustAllow(adoption);
      if (state === 'listing') {
        listing ??= new KeyListing(adoption, adoptable, await steps.sequences(id), logger);
        await steps.list(adoption, listing, probes.ofBucket(adoption.storageId));
      } else if (state === 'probing') await steps.probe(adoption, probes.of(adoption), adoptable.allowed);
      else await steps.adopt(adoption, adoptable.allowed);
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      // A store that cannot be reached is asked again; any other failure would keep all others waiting.
      if (error instanceof AppError && error.status >= 500 && !isRefusedKey(error)) throw error;
      const isKnown = error instanceof AppError || error instanceof Refused;
      if (!isKnown) logger.error({ err: error, adoption: id }, 'an adoption failed');
      await steps.fail(adoption, isKnown ? error.message : 'the server failed; its log says why');
      return;
    }
  }
}
