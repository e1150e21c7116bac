import { signal } from '@preact/signals';

const KEY = 'tams-credential';

/**
 * The header that requests carry, for this tab and its life only: it is never in a URL, and never in local storage
 * (docs/adr/0036-web-page.md).
 */
export const credential = signal<string | undefined>(sessionStorage.getItem(KEY) ?? undefined);

/** Keeps the header for the tab's life; undefined forgets it. */
export function keepCredential(header: string | undefined): void {
  if (header === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, header);
  credential.value = header;
}
