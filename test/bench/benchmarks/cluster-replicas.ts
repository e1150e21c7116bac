import type { Benchmark } from '../support/benchmark.ts';
import { EmulatorProcess } from '../support/emulator-process.ts';
import { compareReplicas, LATENCY_MS } from '../support/replica-load.ts';

/** What more replicas on one cluster are good for. */
export const clusterReplicas: Benchmark = {
  name: 'cluster-replicas',
  async run({ scale }) {
    const emulator = await EmulatorProcess.start(LATENCY_MS);
    try {
      const targets = new Map([
        [2, 1.6],
        [4, 2.5],
      ]);
      return await compareReplicas(scale, emulator.env, { tables: 'the cluster', targets });
    } finally {
      await emulator.close();
    }
  },
};
