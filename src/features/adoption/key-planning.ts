import type { Rational } from '../../tams/flows/flow.ts';
import type { FileFlow } from '../../tams/essence/file-flows.ts';
import { isInt64 } from '../../shared/time/timestamp.ts';
import { uuidOf } from '../../shared/uuid.ts';
import type { Adoption, AdoptionKey, Sequence } from './adoption.ts';
import { placeOf } from './adoption-rules.ts';
import { newKey } from './key-listing.ts';
import type { Probed } from './probes.ts';

const SECOND_NS = 1_000_000_000n;

/** A key, and what was found in its bytes, or why it is refused. Of a key that is an object already, `found` says nothing. */
export interface Looked<Key extends AdoptionKey> {
  readonly key: Key;
  readonly found: Probed | string;
}

/** A key with its place on a timeline, the sequence as it is behind it, and a gap before it. */
interface Planned<Key extends AdoptionKey> {
  readonly key: Key;
  readonly sequence?: Sequence;
  readonly gap?: AdoptionKey;
}

/** Where the key of a flow of its own lies: at its own times. */
export function planFile<Key extends AdoptionKey>({ key, found }: Looked<Key>): Planned<Key> {
  if (typeof found === 'string') return { key: refused(key, found) };
  const { flows, startNs, endNs } = found;
  const flowId = flows.at(-1)?.id;
  return { key: { ...key, state: 'planned', flowId, flows, startNs, endNs, offsetNs: 0n } };
}

/**
 * Where the next key of a sequence lies. Frames lie where their numbers say; other segments at their own times while those
 * go on, and behind the one before where they begin anew.
 */
export function planNext<Key extends AdoptionKey>(
  { layout, frameRate }: Adoption,
  sequence: Sequence,
  { key, found }: Looked<Key>,
): Planned<Key> {
  const { number } = placeOf(key.ordinal);
  const { last } = sequence;
  const gap = last !== undefined && number > last + 1 ? missing(sequence, key, last + 1, number - 1) : undefined;
  const behind = { ...sequence, last: number };
  if (key.state === 'present') return { key, sequence: behind, gap };
  if (last === number)
    return { key: refused(key, `another file is for the same time: both have the number ${number}`) };
  if (typeof found === 'string') return { key: refused(key, found), sequence: behind, gap };
  if (sequence.coding !== undefined && sequence.coding !== found.coding) {
    const reason = `it is ${found.coding}, and those before it ${sequence.coding}: they cannot be of one flow`;
    return { key: refused(key, reason), sequence: behind, gap };
  }
  const { startNs, endNs, offsetNs } =
    layout === 'frames' && frameRate !== undefined ? timeOfFrame(number, frameRate) : timeOf(sequence, found);
  if (!isInt64(startNs) || !isInt64(endNs)) {
    return { key: refused(key, 'it lies beyond the times that can be kept'), sequence: behind };
  }
  const flows = sequence.flows ?? flowsOf(sequence, found.flows);
  return {
    key: { ...key, state: 'planned', flowId: sequence.flowId, startNs, endNs, offsetNs },
    sequence: { ...behind, flows, coding: found.coding, endNs, offsetNs },
    gap,
  };
}

const refused = <Key extends AdoptionKey>(key: Key, reason: string): Key => ({ ...key, state: 'refused', reason });

/** A row for what is missing, at the place of the first of it. */
function missing({ name }: Sequence, { ordinal, key }: AdoptionKey, first: number, last: number): AdoptionKey {
  const what = first === last ? `number ${first} is missing` : `numbers ${first} to ${last} are missing`;
  const at = ordinal - BigInt(placeOf(ordinal).number - first);
  return { ...newKey(name, 0, at), state: 'missing', reason: `${what}, before ${key}` };
}

function timeOfFrame(number: number, { numerator, denominator }: Required<Rational>) {
  const timeOf = (frame: bigint): bigint => floor(frame * SECOND_NS * BigInt(denominator), BigInt(numerator));
  return { startNs: timeOf(BigInt(number)), endNs: timeOf(BigInt(number) + 1n), offsetNs: 0n };
}

function floor(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient;
}

function timeOf({ endNs: before, offsetNs }: Sequence, found: Probed) {
  const gap = before === undefined ? 0n : found.startNs + offsetNs - before;
  // It begins anew, or almost meets the one before.
  const moved = before !== undefined && (gap < 0n || gap < found.frameNs) ? offsetNs - gap : offsetNs;
  return { startNs: found.startNs + moved, endNs: found.endNs + moved, offsetNs: moved };
}

/** The flows of the first key become those of the sequence. */
function flowsOf({ name, flowId }: Sequence, flows: readonly FileFlow[]): readonly FileFlow[] {
  const main = flows.at(-1);
  if (main === undefined) return [];
  const label = name.slice(name.replace(/\/$/, '').lastIndexOf('/') + 1) || name;
  return [...flows.slice(0, -1), { ...main, id: flowId, source_id: uuidOf(`source of ${flowId}`), label }];
}
