import { onTestFinished, vi } from 'vitest';

/** Moves the clock of the day forward, for the servers of this process too, and holds it there until the test has finished. */
export function later(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
  onTestFinished(() => void vi.useRealTimers());
}
