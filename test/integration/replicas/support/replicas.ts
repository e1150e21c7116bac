import { randomUUID } from 'node:crypto';
import type { FlowInput } from '../../../../src/tams/flows/flow.ts';
import type { Store } from '../../../../src/tams/store.ts';
import { FlowService } from '../../../../src/tams/flows/flow-service.ts';
import { SegmentDeletion } from '../../../../src/tams/deletion/segment-deletion.ts';
import { SegmentRegistration } from '../../../../src/tams/segments/segment-registration.ts';
import { SecretBox } from '../../../../src/shared/secret-box.ts';
import { VAST_STORE_TABLES } from '../../../../src/tams/tables.ts';
import { VastStore } from '../../../../src/tams/vast-store.ts';
import { openVastEngine } from '../../../../src/vastdb/engines/vast/vast-engine.ts';
import { VastDBManager } from '../../../../src/vastdb/vast-db-manager.ts';
import { startVastEmulator, type VastEmulator } from '../../../support/vast-emulator/index.ts';
import { engineOptions, SCHEMA } from '../../../support/vastdb/emulated-engine.ts';
import { TEST_LIMITS } from '../../../support/document-limits.ts';

/** What one process has above its connection to the cluster. */
export interface Replica {
  readonly manager: VastDBManager;
  readonly store: Store;
  readonly flows: FlowService;
  readonly registration: SegmentRegistration;
  readonly deletion: SegmentDeletion;
}

/** Replicas over one emulated cluster, whose transactions have snapshots and nothing more. */
export class Replicas {
  readonly emulator: VastEmulator;
  readonly all: readonly Replica[];

  private constructor(emulator: VastEmulator, all: readonly Replica[]) {
    this.emulator = emulator;
    this.all = all;
  }

  static async start(count: number): Promise<Replicas> {
    const emulator = await startVastEmulator({ schema: SCHEMA });
    const all: Replica[] = [];
    for (let n = 0; n < count; n += 1) all.push(await openReplica(emulator));
    return new Replicas(emulator, all);
  }

  get first(): Replica {
    return this.#at(0);
  }

  /** The replicas, with transactions that all run to their end before any of them commits, the first time. */
  atOnce(): [Replica, Replica] {
    const barrier = makeBarrier(2);
    return [
      onStore(this.#at(0), waitingStore(this.#at(0).store, barrier)),
      onStore(this.#at(1), waitingStore(this.#at(1).store, barrier)),
    ];
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ manager }) => manager.close()));
    await this.emulator.close();
  }

  #at(index: number): Replica {
    const replica = this.all[index];
    if (replica === undefined) throw new Error(`there is no replica ${index}`);
    return replica;
  }
}

async function openReplica(emulator: VastEmulator): Promise<Replica> {
  const engine = await openVastEngine(engineOptions(emulator));
  const manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  const store = new VastStore(manager, new SecretBox('the secret of both replicas', 'webhooks'));
  return onStore({ manager }, store);
}

function onStore({ manager }: Pick<Replica, 'manager'>, store: Store): Replica {
  const deletion = new SegmentDeletion(store, {
    syncMax: 1_000,
    reclaimGraceMs: 0,
    requestExpiryMs: 60_000,
    onRequest: () => undefined,
  });
  const registration = new SegmentRegistration(store, new Set(), TEST_LIMITS);
  return { manager, store, deletion, registration, flows: new FlowService(store, deletion, TEST_LIMITS) };
}

/** Resolves when so many wait. */
function makeBarrier(parties: number): () => Promise<undefined> {
  let arrived = 0;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return () => {
    arrived += 1;
    if (arrived === parties) resolve(undefined);
    return promise;
  };
}

function waitingStore(store: Store, barrier: () => Promise<undefined>): Store {
  let runs = 0;
  const transaction: Store['transaction'] = (work, options) =>
    store.transaction(async (tx) => {
      runs += 1;
      const isFirst = runs === 1;
      try {
        return await work(tx);
      } finally {
        if (isFirst) await barrier();
      }
    }, options);
  return Object.assign(Object.create(store) as Store, { transaction });
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
