import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { explain } from '../media/explain.ts';
import { checkFile } from '../outgest/check.ts';
import { outgest } from '../outgest/outgest.ts';
import { print } from '../../src/shared/print.ts';
import { showProgress } from '../progress.ts';
import {
  type ClientOptions,
  openClient,
  parallelOption,
  parseUuid,
  withClientOptions,
} from '../tams-client/client-options.ts';

interface OutgestOptions extends ClientOptions {
  readonly flow: string;
  readonly timerange: string;
  readonly out: string;
  readonly parallel: number;
  readonly check: boolean;
}

const GAPS_PRINTED = 10;

/** `mgmt outgest`: media out of a TAMS server. */
export function outgestCommand(): Command {
  const command = new Command('outgest')
    .description('make one file of a stretch of a flow, or of the flows that it collects')
    .requiredOption('--flow <uuid>', 'the flow', parseUuid)
    .option('--timerange <range>', 'the range, such as [10:0_20:0); segments are taken whole', parseRange, '_')
    .requiredOption('--out <file>', 'the file; its name says the format, such as .ts, .mp4 or .mov')
    .addOption(parallelOption('downloads'))
    .option('--no-check', 'do not compare the file with the timeline afterwards, which ffprobe is needed for');
  return withClientOptions(command)
    .addHelpText(
      'after',
      '\nMPEG-TS segments become a .ts file by themselves. Anything else is joined by ffmpeg, without re-encoding.',
    )
    .action(run);
}

async function run(options: OutgestOptions): Promise<void> {
  const file = resolve(options.out);
  try {
    await makeFile(file, options);
  } catch (error) {
    throw explain(error, dirname(file));
  }
}

async function makeFile(
  file: string,
  { flow, timerange, out, parallel, check, ...server }: OutgestOptions,
): Promise<void> {
  const client = await openClient(server);
  const progress = showProgress('segments');
  const { tracks, bytes } = await outgest(client, { flowId: flow, timerange, out: file, parallel }, progress).finally(
    () => progress.stop(),
  );
  for (const track of tracks) {
    const range = TimeRange.fromNs(track.startNs, track.endNs).toString();
    print(`${track.flow.id}  ${range}  ${track.parts.length} segments, ${track.gapCount} gaps`);
    for (const gap of track.gaps.slice(0, GAPS_PRINTED)) print(`  gap ${gap.toString()}`);
    if (track.gapCount > GAPS_PRINTED) print(`  and ${track.gapCount - GAPS_PRINTED} more`);
  }
  print(`${out}: ${bytes} bytes of segments`);
  const problems = check ? await checkFile(file, tracks) : [];
  if (problems.length > 0) throw new Error(`${out} is not as the timeline is: ${problems.join('; ')}.`);
}

function parseRange(text: string): string {
  try {
    TimeRange.parse(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
