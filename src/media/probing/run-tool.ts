import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type Tool = 'ffmpeg' | 'ffprobe';

/** Warnings of a tool that succeeded. */
export interface ToolReport {
  /** Without the addresses of parts, such as `[mov,mp4,m4a,3gp,3g2,mj2] stream 1, offset 0x186de: partial file`. */
  readonly errors: readonly string[];
  /** Packets that a demuxer calls corrupt: bytes of a transport stream are missing. */
  readonly corruptPackets: number;
}

/** A tool that ran, and could not do what it was asked. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
  /** Its output. */
  readonly reason: string;

  constructor(tool: Tool, reason: string) {
    super(`${tool} failed: ${reason}`);
    this.reason = reason;
  }
}

const HINTS: Readonly<Record<Tool, string>> = {
  ffmpeg: 'ffmpeg is needed to cut and join media, and is not installed (Debian: apt-get install ffmpeg)',
  ffprobe: 'ffprobe is needed to look into media, and is not installed (Debian: apt-get install ffmpeg)',
};
/** A damaged file may cause a line for each of its frames. */
const ERRORS_KEPT = 5;
const LINE_MAX = 400;
const REPEATED = /^\s*Last message repeated/;

/**
 * Runs a tool of the FFmpeg project to its end, and hands its output over in pieces.
 *
 * @throws with what the tool said where it fails, or a hint where it is not installed; what `onOutput` throws ends it.
 */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  onOutput: (text: string) => void = () => undefined,
): Promise<ToolReport> {
  // Relative names that begin with a dash, and protocols in names, are the callers' to rule out.
  const child = spawn(tool, ['-hide_banner', '-v', 'level+warning', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  // It must not go on writing to a folder that is removed when this process ends.
  const end = (): boolean => child.kill('SIGKILL');
  process.once('exit', end);
  const failures: Error[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    try {
      onOutput(text);
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)));
      end();
    }
  });
  const errors: string[] = [];
  let corruptPackets = 0;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (REPEATED.test(line)) return;
    const { isError, text } = readLogLine(line);
    if (isError && errors.length < ERRORS_KEPT && !errors.includes(text)) errors.push(text);
    else if (/\bPacket corrupt\b/.test(text)) corruptPackets++;
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
  if (code === 0) return { errors, corruptPackets };
  throw new ToolFailure(tool, errors.join('; ') || `it ended with ${code ?? signal ?? 'no status'}`);
}

/** @throws with a hint where it is not installed, before anything else is done. */
export async function requireTool(tool: Tool): Promise<void> {
  await runTool(tool, ['-version']);
}

/** Such as `[mpegts @ 0x55aa87449900] [warning] Packet corrupt (stream = 0)`. Texts of files must not reach a terminal raw, and signed URLs nobody. */
function readLogLine(line: string): { isError: boolean; text: string } {
  const level = /\[(panic|fatal|error|warning)\] /.exec(line)?.[1];
  const text = line.replace(`[${level ?? ''}] `, '').replaceAll(/ @ 0x[0-9a-f]+|\bfile:(?=\/)|https?:\/\/\S+\s*/g, '');
  return {
    isError: level !== 'warning',
    text: text
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, LINE_MAX),
  };
}
