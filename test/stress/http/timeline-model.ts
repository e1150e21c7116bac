import { SharedLock } from '../support/shared-lock.ts';

/** Slots are seconds. Segments lie within one zone, so that zones can be emptied while others are written. */
export const ZONES = 12;
export const ZONE_SLOTS = 120;

/** Longer than any listing takes: until then it may still show what was deleted meanwhile. */
const REMEMBERED_MS = 60_000;

/** A segment that was asked for, and what became of it. Times are of `performance.now()`. */
export interface Placement {
  readonly objectId: string;
  readonly flow: TimelineModel;
  /** In slots; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly begunAt: number;
  state: 'pending' | 'live' | 'deleting' | 'refused' | 'gone';
  /** When it became live or refused. */
  answeredAt: number;
  /** When the request that deleted it was sent, and when it was answered. */
  deletingAt: number;
  goneAt: number;
}

export interface Zone {
  readonly firstSlot: number;
  /** Writers share it; whoever deletes has it alone. */
  readonly lock: SharedLock;
}

/** What the server must know of a flow, from its answers. */
export class TimelineModel {
  readonly flowId: string;
  readonly zones: readonly Zone[];
  /** Allocated, and not yet used by a segment. */
  readonly spareObjects: string[] = [];
  /** The last acknowledged value of each tag; each tag has one writer. */
  readonly tags = new Map<string, string>();
  readonly #placements = new Map<string, Placement>();

  constructor(flowId: string) {
    this.flowId = flowId;
    this.zones = Array.from({ length: ZONES }, (_, zone) => ({
      firstSlot: zone * ZONE_SLOTS,
      lock: new SharedLock(),
    }));
  }

  zoneAt(slot: number): Zone | undefined {
    return this.zones[Math.floor(slot / ZONE_SLOTS)];
  }

  /** Notes that a segment is about to be posted; undefined where the same one was posted lately. */
  begin(objectId: string, start: number, end: number): Placement | undefined {
    const key = keyOf(objectId, start);
    if (this.#placements.has(key)) return undefined;
    const times = { begunAt: performance.now(), answeredAt: Infinity, deletingAt: Infinity, goneAt: Infinity };
    const placement: Placement = { objectId, flow: this, start, end, state: 'pending', ...times };
    this.#placements.set(key, placement);
    return placement;
  }

  find(objectId: string, start: number): Placement | undefined {
    return this.#placements.get(keyOf(objectId, start));
  }

  all(): Iterable<Placement> {
    return this.#placements.values();
  }

  /** In order of time. */
  live(): Placement[] {
    return [...this.#placements.values()].filter(({ state }) => state === 'live').sort((a, b) => a.start - b.start);
  }

  /** Others that occupy slots of this one, whatever their state. */
  overlapping(placement: Placement): Placement[] {
    return [...this.#placements.values()].filter(
      (other) => other !== placement && other.start < placement.end && placement.start < other.end,
    );
  }

  /** Forgets what went so long ago that no listing under way can show it. */
  forgetOld(): void {
    const before = performance.now() - REMEMBERED_MS;
    for (const [key, { state, goneAt, answeredAt }] of this.#placements) {
      if ((state === 'gone' && goneAt < before) || (state === 'refused' && answeredAt < before)) {
        this.#placements.delete(key);
      }
    }
  }
}

const keyOf = (objectId: string, start: number): string => `${objectId}@${start}`;

export const timerangeOf = (start: number, end: number): string => `[${start}:0_${end}:0)`;

/** The slots of a timerange that a segment of this run has. */
export function slotsOf(timerange: string): { start: number; end: number } {
  const match = /^\[(\d+):0_(\d+):0\)$/.exec(timerange);
  if (match === null) throw new Error(`no segment of this run has the timerange ${timerange}`);
  return { start: Number(match[1]), end: Number(match[2]) };
}
