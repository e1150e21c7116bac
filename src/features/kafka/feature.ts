import { withReserve } from '../../operation/disk-reserve.ts';
import type { Feature } from '../feature.ts';
import { KAFKA_VARIABLES, type KafkaConfig, readKafka } from './kafka-settings.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** Events from and to a broker of the Kafka protocol (docs/adr/0039-kafka-events.md). */
export const kafka: Feature<KafkaConfig | undefined> = {
  variables: KAFKA_VARIABLES,
  settings: readKafka,
  open: async (platform, config) => {
    await keepReader(platform.store, config?.eventsTopic !== undefined);
    if (config === undefined) return undefined;
    // Only where it is used: the client takes 70 MB.
    const { openKafka } = await import('./open-kafka.ts');
    return openKafka(platform, config);
  },
};

/** Every change writes its events while there is a reader, and the log keeps them for it: without one it would grow for ever. */
async function keepReader(store: VastStore, isWanted: boolean): Promise<void> {
  const { reader } = await store.eventLog.state();
  if ((reader !== undefined) === isWanted) return;
  await withReserve(() =>
    store.transaction(({ eventLog }) => (isWanted ? eventLog.addReader() : eventLog.removeReader())),
  );
}
