import { useEffect } from 'preact/hooks';
import { shell } from '../texts.ts';

/** Names the page in the browser's tab. */
export function useTitle(page: string): void {
  useEffect(() => {
    document.title = shell.title(page);
  }, [page]);
}
