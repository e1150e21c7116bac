import type { Journal } from './journal.ts';

const NAME = 'tams-bring-in';
const STORE = 'journals';

/** The journals that this browser keeps (IndexedDB), of files that are not done. */
export async function keptJournals(): Promise<Journal[]> {
  return perform('readonly', (store) => store.getAll() as IDBRequest<Journal[]>);
}

export async function keepJournal(journal: Journal): Promise<void> {
  if (journal.isDone) await forgetJournal(journal.id);
  else await perform('readwrite', (store) => store.put(journal));
}

export async function forgetJournal(id: string): Promise<void> {
  await perform('readwrite', (store) => store.delete(id));
}

let opened: Promise<IDBDatabase> | undefined;

async function perform<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
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
