import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type Tool = 'ffmpeg' | 'ffprobe';

const HINTS: Readonly<Record<Tool, string>> = {
  ffmpeg: 'ffmpeg is needed to cut and join media, and is not installed (Debian: apt-get install ffmpeg)',
  ffprobe: 'ffprobe is needed to look into media, and is not installed (Debian: apt-get install ffmpeg)',
};
const ERRORS_MAX = 2000;

/**
 * Runs a tool of the FFmpeg project to its end, and hands its output over in pieces.
 *
 * @throws with what the tool said where it fails, or a hint where it is not installed; what `onOutput` throws ends it.
 */
export async function runTool(tool: Tool, args: readonly string[], onOutput: (text: string) => void): Promise<void> {
  // Relative names that begin with a dash, and protocols in names, are the callers' to rule out.
  const child = spawn(tool, ['-hide_banner', '-v', 'error', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  // It must not go on writing to a folder that is removed when this process ends.
  const end = (): boolean => child.kill('SIGKILL');
  process.once('exit', end);
  let errors = '';
  const failures: Error[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    try {
      onOutput(text);
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)));
      end();
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-ERRORS_MAX);
  });
  let exit: unknown[];
  try {
    exit = await once(child, 'close');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw missing ? new Error(`${HINTS[tool]}.`, { cause: error }) : error;
  } finally {
    process.off('exit', end);
  }
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const [code, signal] = exit as [number | null, NodeJS.Signals | null];
  if (code === 0) return;
  throw new Error(`${tool} failed (${code ?? signal ?? 'no status'}): ${errors.trim()}`);
}

/** The whole output of a tool. */
export async function toolOutput(tool: Tool, args: readonly string[]): Promise<string> {
  let output = '';
  await runTool(tool, args, (text) => {
    output += text;
  });
  return output;
}
