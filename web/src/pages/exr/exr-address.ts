import { addressOf } from '../../address.ts';

/** The page's address: what it shows is in it. */
export function exrAddress(query: Readonly<Record<string, string>>): string {
  const set = Object.entries(query).filter(([, value]) => value !== '');
  return set.length === 0 ? addressOf('exr') : `${addressOf('exr')}?${new URLSearchParams(set)}`;
}
