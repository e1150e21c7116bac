import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether there is ffmpeg here: tests that need it are skipped without it, and say so. */
export const hasFfmpeg = ((): boolean => {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
    execFileSync('ffprobe', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/**
 * Pictures of 29.97 a second with B-frames, a key frame every 15, and sound of 44,100 samples a second: times that
 * no count of milliseconds says exactly.
 */
export function makeClip(file: string, seconds: number): Promise<void> {
  return makeMedia(file, seconds, [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '15', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'],
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-c:a', 'aac'],
  ]);
}

/** Pictures that differ and a tone, coded as the options of ffmpeg say. */
export async function makeMedia(file: string, seconds: number, encoders: readonly string[]): Promise<void> {
  await ffmpeg(
    ...['-f', 'lavfi', '-i', `testsrc2=size=160x90:rate=30000/1001:duration=${seconds}`],
    ...['-f', 'lavfi', '-i', `sine=sample_rate=44100:duration=${seconds}`],
    ...[...encoders, '-ac', '2', '-threads', '1', file],
  );
}

export async function ffmpeg(...args: readonly string[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', ...args]);
}

/** What ffmpeg warns of when it plays a file to its end. */
export async function warningsOf(file: string): Promise<string> {
  return (await run('ffmpeg', ['-v', 'warning', '-i', file, '-c', 'copy', '-f', 'null', '-'])).stderr;
}

/** The hashes of all decoded frames of a stream, in order of time. */
export async function frameHashes(file: string, stream: 'v' | 'a'): Promise<string[]> {
  return hashes(['-i', file, '-map', `0:${stream}:0`]);
}

/** The hash of the sound as it is coded: all of its frames, and nothing of the container but what `muxer` adds. */
export async function soundHash(file: string, muxer: 'adts' | 'data' = 'adts'): Promise<string> {
  const args = ['-v', 'error', '-i', file, '-map', '0:a:0', '-c', 'copy', '-f', muxer, '-'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 2 ** 26 });
  return createHash('sha256').update(stdout).digest('hex');
}

async function hashes(args: readonly string[]): Promise<string[]> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...args, '-f', 'framemd5', '-'], { maxBuffer: 2 ** 26 });
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.split(',').at(-1)?.trim() ?? '');
}
