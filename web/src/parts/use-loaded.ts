import { useEffect, useState } from 'preact/hooks';
import { returns } from '../api/connection.ts';

export interface Loaded<Data> {
  /** Undefined until it is there. */
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

/** Loads when `key` changes, and anew when a lost server is back; an answer to an earlier key is dropped. */
export function useLoaded<Data>(key: string, load: () => Promise<Data>): Loaded<Data> {
  const [state, setState] = useState<{ key: string; data?: Data; error?: unknown }>({ key });
  const [tries, setTries] = useState(0);
  const cameBack = returns.value;
  useEffect(() => {
    let isCurrent = true;
    const keep = (found: { data?: Data; error?: unknown }): void => {
      if (isCurrent) setState({ key, ...found });
    };
    load().then(
      (data) => keep({ data }),
      (error: unknown) => keep({ error }),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, tries, cameBack]);
  const isOfKey = state.key === key;
  return {
    data: isOfKey ? state.data : undefined,
    error: isOfKey ? state.error : undefined,
    retry: () => setTries((count) => count + 1),
  };
}
