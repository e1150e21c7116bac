import { useCallback, useEffect, useState } from 'preact/hooks';
import { returns } from '../api/connection.ts';

export interface Polled<Value> {
  /** Undefined until the first answer. */
  readonly value: Value | undefined;
  /** Why the last time brought nothing; the value is an older one then. */
  readonly error: unknown;
  readonly again: () => void;
}

/** The result of `load`, now and every `everyMs` while the page is in view. */
export function usePolled<Value>(load: () => Promise<Value>, everyMs: number): Polled<Value> {
  const [value, setValue] = useState<Value | undefined>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((count) => count + 1), []);
  const back = returns.value;
  useEffect(() => {
    let ended = false;
    const look = (): void => {
      load().then(
        (brought) => {
          if (ended) return;
          setValue(() => brought);
          setError(undefined);
        },
        (failure: unknown) => {
          if (!ended) setError(failure);
        },
      );
    };
    look();
    const timer = setInterval(() => {
      if (!document.hidden) look();
    }, everyMs);
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [load, everyMs, round, back]);
  return { value, error, again };
}
