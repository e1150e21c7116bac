import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FlowInput } from '../../../../src/tams/flows/flow.ts';
import { KeptFlows } from '../../../../src/tams/flows/kept-flows.ts';
import { FlowService } from '../../../../src/tams/flows/flow-service.ts';
import { SegmentDeletion } from '../../../../src/tams/deletion/segment-deletion.ts';
import { SegmentRegistration } from '../../../../src/tams/segments/segment-registration.ts';
import { SecretBox } from '../../../../src/shared/secret-box.ts';
import { translateTableFailure } from '../../../../src/tams/table-failure.ts';
import { VAST_STORE_TABLES } from '../../../../src/tams/tables.ts';
import { VastStore } from '../../../../src/tams/vast-store.ts';
import { openVastEngine } from '../../../../src/vastdb/engines/vast/vast-engine.ts';
import { VastDBManager } from '../../../../src/vastdb/vast-db-manager.ts';
import { startVastEmulator, type VastEmulator } from '../../../support/vast-emulator/index.ts';
import { dropTables, openTestTables, TEST_TABLE_ENGINE } from '../../../support/table-engine.ts';
import { engineOptions, SCHEMA } from '../../../support/vastdb/emulated-engine.ts';
import { TEST_LIMITS } from '../../../support/document-limits.ts';

/** What one process has above its connection to the cluster. */
export interface Replica {
  readonly manager: VastDBManager;
  readonly store: VastStore;
  readonly flows: FlowService;
  readonly registration: SegmentRegistration;
  readonly deletion: SegmentDeletion;
}

/** Replicas over the same tables, whose transactions have snapshots and nothing more. */
export class Replicas {
  readonly all: readonly Replica[];
  readonly #dispose: () => Promise<void>;

  protected constructor(all: readonly Replica[], dispose: () => Promise<void>) {
    this.all = all;
    this.#dispose = dispose;
  }

  /** On the engine of `TEST_TABLE_ENGINE`. */
  static async onTestTables(count: number): Promise<Replicas> {
    const name = randomUUID();
    const all = await openReplicas(count, () => openTestTables(name, VAST_STORE_TABLES));
    return new Replicas(all, () => dropTables(name));
  }

  get first(): Replica {
    return this.#at(0);
  }

  /**
   * The replicas, with transactions that all run to their end before any of them commits, the first time; where a write
   * waits for another's row, as far as that lets them.
   */
  atOnce(): [Replica, Replica] {
    const barrier = makeBarrier(2);
    return [
      onStore(this.#at(0), waitingStore(this.#at(0).store, barrier)),
      onStore(this.#at(1), waitingStore(this.#at(1).store, barrier)),
    ];
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ manager }) => manager.close()));
    await this.#dispose();
  }

  #at(index: number): Replica {
    const replica = this.all[index];
    if (replica === undefined) throw new Error(`there is no replica ${index}`);
    return replica;
  }
}

/** Replicas over an emulated cluster of their own, which tells what it was asked for. */
export class EmulatedReplicas extends Replicas {
  readonly emulator: VastEmulator;

  private constructor(emulator: VastEmulator, all: readonly Replica[]) {
    super(all, () => emulator.close());
    this.emulator = emulator;
  }

  static async start(count: number): Promise<EmulatedReplicas> {
    const emulator = await startVastEmulator({ schema: SCHEMA });
    const open = async (): Promise<VastDBManager> =>
      VastDBManager.open(await openVastEngine(engineOptions(emulator)), VAST_STORE_TABLES, {
        translate: translateTableFailure,
      });
    return new EmulatedReplicas(emulator, await openReplicas(count, open));
  }
}

async function openReplicas(count: number, open: () => Promise<VastDBManager>): Promise<Replica[]> {
  const all: Replica[] = [];
  for (let n = 0; n < count; n += 1) {
    const manager = await open();
    all.push(onStore({ manager }, new VastStore(manager, new SecretBox('the secret of both replicas', 'webhooks'))));
  }
  return all;
}

function onStore({ manager }: Pick<Replica, 'manager'>, store: VastStore): Replica {
  const deletion = new SegmentDeletion(store, {
    syncMax: 1_000,
    reclaimGraceMs: 0,
    requestExpiryMs: 60_000,
    onRequest: () => undefined,
  });
  const registration = new SegmentRegistration(store, new Set(), TEST_LIMITS);
  return {
    manager,
    store,
    deletion,
    registration,
    flows: new FlowService(store, deletion, TEST_LIMITS, new KeptFlows(2 ** 20)),
  };
}

/** On PostgreSQL one of two that write a same row gets no further until the other one has ended. */
const ROW_WAIT_MS = TEST_TABLE_ENGINE === 'postgres' ? 300 : 30_000;

/** Resolves when so many wait, or the others cannot come. */
function makeBarrier(parties: number): () => Promise<undefined> {
  let arrived = 0;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return () => {
    arrived += 1;
    if (arrived === parties) resolve(undefined);
    return Promise.race([promise, pause(ROW_WAIT_MS, undefined, { ref: false })]);
  };
}

function waitingStore(store: VastStore, barrier: () => Promise<undefined>): VastStore {
  let runs = 0;
  const transaction: VastStore['transaction'] = (work, options) =>
    store.transaction(async (tx) => {
      runs += 1;
      const isFirst = runs === 1;
      try {
        return await work(tx);
      } finally {
        if (isFirst) await barrier();
      }
    }, options);
  return Object.assign(Object.create(store) as VastStore, { transaction });
}

/** A flow of its own source, unless the source is given. */
export function newFlow(
  more: { id?: string; source_id?: string; flow_collection?: { id: string; role: string }[] } = {},
): FlowInput {
  return {
    id: randomUUID(),
    source_id: randomUUID(),
    format: 'urn:x-nmos:format:multi',
    container: 'video/mp2t',
    ...more,
  };
}
