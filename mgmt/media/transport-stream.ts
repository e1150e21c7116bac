const PACKET_BYTES = 188;
/** A file that is read in pieces of so many bytes is read in whole packets. */
export const WHOLE_PACKETS = PACKET_BYTES * 4096;
const SYNC = 0x47;
const NULL_PID = 0x1fff;
const COUNTER_MASK = 0x0f;

/**
 * Makes one transport stream of several that follow each other: the counters of each stream's packets (ISO/IEC 13818-1,
 * 2.4.3.3, `continuity_counter`) go on, or receivers would think that packets are missing where one begins.
 */
export class ContinuityCounters {
  /** The last counter of each PID that was written. */
  readonly #last = new Map<number, number>();
  /** Offset of the present stream's counters. */
  readonly #added = new Map<number, number>();

  /** The next stream begins. */
  begin(): void {
    this.#added.clear();
  }

  /** Rewrites whole packets in place. Packets of another length stay unchanged. */
  rewrite(bytes: Buffer): void {
    const packets = Array.from({ length: Math.floor(bytes.length / PACKET_BYTES) }, (_, index) =>
      bytes.subarray(index * PACKET_BYTES, (index + 1) * PACKET_BYTES),
    );
    if (packets.every(([first]) => first === SYNC)) packets.forEach((packet) => this.#rewritePacket(packet));
  }

  #rewritePacket(packet: Buffer): void {
    const pid = packet.readUInt16BE(1) & NULL_PID;
    // Null packets have none.
    if (pid === NULL_PID) return;
    const flags = packet.readUInt8(3);
    const own = flags & COUNTER_MASK;
    const hasPayload = (flags & 0x10) !== 0;
    let added = this.#added.get(pid);
    if (added === undefined) {
      const last = this.#last.get(pid);
      // A packet without payload repeats the counter of the one before it.
      added = last === undefined ? 0 : last + Number(hasPayload) - own;
      this.#added.set(pid, added);
    }
    const counter = (own + added) & COUNTER_MASK;
    packet.writeUInt8((flags & ~COUNTER_MASK) | counter, 3);
    this.#last.set(pid, counter);
  }
}
