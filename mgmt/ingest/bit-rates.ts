import type { FlowInput } from '../../src/tams/flows/flow.ts';

export interface SegmentSize {
  readonly bytes: number;
  readonly ns: bigint;
}

export type BitRates = Pick<FlowInput, 'avg_bit_rate' | 'max_bit_rate'>;

/**
 * The rates of a flow's segments, their containers included, in kbit/s (TAMS, AppNote 0013). The highest one is that of
 * neighbours which last 0.5 to 1.5 times the target together (RFC 8216, 4.1), or of one that is longer.
 *
 * @param targetNs how long segments are to be; where that is not known, there is no highest rate.
 */
export function bitRates(segments: readonly SegmentSize[], targetNs: bigint | undefined): BitRates {
  const whole = segments.reduce((sum, { bytes, ns }) => ({ bytes: sum.bytes + bytes, ns: sum.ns + ns }), {
    bytes: 0,
    ns: 0n,
  });
  if (whole.ns <= 0n) return {};
  const average = rateOf(whole);
  const highest = targetNs === undefined ? undefined : highestRate(segments, targetNs);
  return { avg_bit_rate: average, ...(highest !== undefined && { max_bit_rate: highest }) };
}

function highestRate(segments: readonly SegmentSize[], targetNs: bigint): number | undefined {
  let highest: number | undefined;
  segments.forEach((first, from) => {
    let [bytes, ns] = [0, 0n];
    for (let to = from; to < segments.length; to++) {
      const { bytes: ownBytes, ns: ownNs } = segments[to] ?? first;
      bytes += ownBytes;
      ns += ownNs;
      const isTooLong = 2n * ns > 3n * targetNs;
      if (ns > 0n && 2n * ns >= targetNs && (!isTooLong || to === from)) {
        highest = Math.max(highest ?? 0, rateOf({ bytes, ns }));
      }
      if (isTooLong) break;
    }
  });
  return highest;
}

/** Cut off to whole kbit/s, as the AppNote says. */
const rateOf = ({ bytes, ns }: SegmentSize): number => Number((BigInt(bytes) * 8_000_000n) / ns);
