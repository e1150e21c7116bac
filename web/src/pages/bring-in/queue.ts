import { signal } from '@preact/signals';
import { serverRoot } from '../../address.ts';
import { tams } from '../../api/client.ts';
import { CutFile, isCut } from '../../bring-in/cut-file.ts';
import type { GivenFile } from '../../bring-in/item.ts';
import { BringInQueue } from '../../bring-in/queue.ts';
import { Store } from '../../bring-in/store.ts';

/** One for the whole page: files go on while the user looks at something else. */
export const queue = new BringInQueue(new Store(tams, serverRoot), serverRoot);

/** Cuts, which need no upload. */
export const cuts = signal<readonly CutFile[]>([]);

/** Takes what was dropped or chosen: media into the queue, and cuts at once. */
export async function take(given: readonly GivenFile[]): Promise<void> {
  const taken = given.filter(({ file }) => isCut(file)).map(({ file }) => new CutFile(file));
  cuts.value = [...cuts.value, ...taken];
  await Promise.all([...taken.map((cut) => cut.bringIn()), queue.add(given.filter(({ file }) => !isCut(file)))]);
}

void queue.load();

addEventListener('beforeunload', (event) => {
  if (queue.isBusy) event.preventDefault();
});
