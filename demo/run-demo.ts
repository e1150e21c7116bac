import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from './api.ts';
import { type Clip, loadClip } from './clip.ts';
import { Narrator } from './narrator.ts';
import { ServerProcess } from './server-process.ts';

/** A shell's exit status of a program that Ctrl-C ended. */
const EXIT_INTERRUPTED = 130;

export interface Demo {
  readonly opening: string;
  readonly closing: string;
  /** Throws at the first thing that is not as it must be. */
  tell(api: Api, narrator: Narrator, clip: Clip): Promise<void>;
}

/**
 * Runs a demo against a server of its own, whose data is gone afterwards; sets this process's exit code. With `--keep` the
 * server goes on until it is interrupted.
 */
export async function runDemo(demo: Demo): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort());
  process.exitCode = await run(demo, new Narrator(), interrupt.signal);
}

async function run(demo: Demo, narrator: Narrator, interrupted: AbortSignal): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tams-demo-'));
  let server: ServerProcess | undefined;
  try {
    const clip = await loadClip();
    narrator.note(demo.opening);
    server = await ServerProcess.start({ dataDir });
    narrator.note(`A server was started for it at ${server.baseUrl}, its data in ${dataDir}.`);
    await demo.tell(new Api(server.baseUrl, narrator, interrupted), narrator, clip);
    narrator.success('Everything matched.');
    if (process.argv.includes('--keep')) {
      narrator.note(`Look at it: ${server.baseUrl}/ui/. The server goes on until Ctrl-C, which removes its data.`);
      if (!interrupted.aborted) await once(interrupted, 'abort');
    } else narrator.note(demo.closing);
    return 0;
  } catch (error) {
    if (interrupted.aborted) return EXIT_INTERRUPTED;
    narrator.failure(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
