import { serverRoot } from '../../address.ts';
import { tams } from '../../api/client.ts';
import { BringInQueue } from '../../bring-in/queue.ts';
import { Store } from '../../bring-in/store.ts';

/** One for the whole page: files go on while the user looks at something else. */
export const queue = new BringInQueue(new Store(tams, serverRoot), serverRoot);

void queue.load();

addEventListener('beforeunload', (event) => {
  if (queue.isBusy) event.preventDefault();
});
