import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Whether this process may mount file systems. */
export const canMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'tams-mount-'));
  try {
    mount(folder, 1);
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

/** Puts a file system of its own, in memory, under a folder until the present test has finished. */
export function mountSmallDisk(folder: string, mib: number): void {
  mount(folder, mib);
  // The server may be running still.
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
}

function mount(folder: string, mib: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder], { stdio: 'ignore' });
}
