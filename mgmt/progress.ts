import { SingleBar } from 'cli-progress';
import type { Progress } from '../src/features/management.ts';

export type { Progress };

/** A bar on the standard error of a terminal; nothing where that is no terminal. */
export function showProgress(unit = 'rows'): Progress {
  if (!process.stderr.isTTY) return SILENT;
  const bar = new SingleBar({
    stream: process.stderr,
    format: `{step} [{bar}] {percentage}% | {value}/{total} ${unit} | {eta_formatted} left`,
    clearOnComplete: true,
    // Else the terminal would have to be put right at every end, that by Ctrl-C among them.
    hideCursor: false,
    linewrap: true,
  });
  return {
    start: (step, total) => {
      bar.stop();
      bar.start(total, 0, { step });
    },
    advance: (units) => {
      bar.increment(units);
    },
    stop: () => {
      bar.stop();
    },
  };
}

const nothing = (): void => undefined;

/** For tests, and where nobody looks. */
export const SILENT: Progress = { start: nothing, advance: nothing, stop: nothing };
