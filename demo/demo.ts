import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from './api.ts';
import { loadClip } from './clip.ts';
import { Narrator } from './narrator.ts';
import { ServerProcess } from './server-process.ts';
import { tellStory } from './story.ts';

/** What a shell reports of a program that Ctrl-C ended. */
const EXIT_INTERRUPTED = 130;

/** Runs the demo against a server of its own, whose data is gone afterwards. Returns the exit code. */
async function run(narrator: Narrator, interrupted: AbortSignal): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tams-demo-'));
  let server: ServerProcess | undefined;
  try {
    const clip = await loadClip();
    narrator.note('A time-addressable media store, start to finish, with a clip of 6 seconds.');
    server = await ServerProcess.start({ dataDir });
    narrator.note(`A server was started for it at ${server.baseUrl}, its data in ${dataDir}.`);
    await tellStory(new Api(server.baseUrl, narrator, interrupted), narrator, clip);
    narrator.success('Everything matched.');
    narrator.note('Go on: `npm start` serves the API on http://127.0.0.1:8000, with its documentation at /docs.');
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

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort());
process.exitCode = await run(new Narrator(), interrupt.signal);
