import { signal } from '@preact/signals';
import type { Journal } from './journal.ts';

const NAME = 'tams-bring-in';
const STORE = 'journals';

/** False once this browser was seen to keep nothing, as in private windows: files are brought in all the same. */
export const areKept = signal(true);

/** The journals that this browser keeps (IndexedDB), of files that are not done. */
export async function keptJournals(): Promise<Journal[]> {
  return (await tryTo('readonly', (store) => store.getAll() as IDBRequest<Journal[]>)) ?? [];
}

export async function keepJournal(journal: Journal): Promise<void> {
  if (journal.isDone) await forgetJournal(journal.id);
  else await tryTo('readwrite', (store) => store.put(journal));
}

export async function forgetJournal(id: string): Promise<void> {
  await tryTo('readwrite', (store) => store.delete(id));
}

const tryTo: typeof perform = async (mode, ask) => {
  try {
    return await perform(mode, ask);
  } catch (error) {
    if (areKept.value) console.warn('no journal is kept', error);
    areKept.value = false;
    return undefined;
  }
};

let opened: Promise<IDBDatabase> | undefined;

async function perform<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  opened ??= open();
  const database = await opened;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB'));
  });
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'));
  });
}
