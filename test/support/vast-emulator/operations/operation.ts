import type { EmulatorAnswer, EmulatorRequest } from '../http/emulator-request.ts';
import type { EmulatorSettings } from '../settings.ts';
import type { Store } from '../store/store.ts';

export interface Operation {
  /** Such as `rows.insert`; what faults and counters call it. */
  readonly name: string;
  /** Whether it wants the tabular headers; all do but the handshake and the bucket check. */
  readonly isTabular?: boolean;
  readonly run: (request: EmulatorRequest, store: Store, settings: EmulatorSettings) => EmulatorAnswer;
}

/** Operations of a command, by method. */
export type Operations = Readonly<Record<string, Operation>>;
