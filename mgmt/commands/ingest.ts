import { basename, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseTimestamp } from '../../src/shared/time/timestamp.ts';
import { fingerprintOf, IngestFolder } from '../ingest/ingest-folder.ts';
import { makePlan } from '../ingest/make-plan.ts';
import { transfer } from '../ingest/transfer.ts';
import { parallelOption, parseUuid } from '../media/options.ts';
import { print } from '../print.ts';
import { showProgress } from '../progress.ts';
import { type ClientOptions, openClient, withClientOptions } from '../tams-client/client-options.ts';

interface IngestOptions extends ClientOptions {
  readonly ready?: boolean;
  readonly flowId?: string;
  readonly sourceId?: string;
  readonly segmentDuration: bigint;
  readonly start?: bigint;
  readonly parallel: number;
  readonly state?: string;
}

/** `mgmt ingest`: media into a TAMS server. */
export function ingestCommand(): Command {
  const command = new Command('ingest')
    .argument('<file...>', 'a media file, an HLS playlist (a file or a URL, .m3u8), or with --ready segments in order')
    .description('put media on the timeline of new flows: cut, uploaded and registered; run again, it goes on')
    .option('--ready', 'the files are the segments of one flow, and are taken as they are')
    .option('--flow-id <uuid>', 'id of the flow that stands for the whole', parseUuid)
    .option('--source-id <uuid>', 'id of its source', parseUuid)
    .addOption(
      new Option('--segment-duration <duration>', 'of a file that is cut, such as 2s or 960ms')
        .argParser(parseDuration)
        // Without a text of its own commander prints it as JSON, which has no bigint.
        .default(2_000_000_000n, '2s'),
    )
    .option('--start <timestamp>', 'where on the timeline the media begins, such as 10:0', parseTime)
    .addOption(parallelOption('uploads'))
    .option('--state <folder>', 'where the ingest is remembered; FILE.tams-ingest unless given');
  return withClientOptions(command)
    .addHelpText('after', '\nA file is cut with ffmpeg, which has to be installed, without encoding it anew.')
    .action(run);
}

async function run(files: readonly string[], options: IngestOptions): Promise<void> {
  const inputs = files.map((file) => (/^https?:/.test(file) ? file : resolve(file)));
  const [first = ''] = inputs;
  if (inputs.length > 1 && options.ready !== true) {
    throw new Error(
      'Several files: ingest one after the other, or say with --ready that they are segments of one flow.',
    );
  }
  const client = await openClient(options);
  const { ready = false, flowId, sourceId, segmentDuration, start: startNs } = options;
  const folder = new IngestFolder(options.state ?? stateFolderOf(first));
  const asked = [client.baseUrl, String(ready), flowId ?? '', sourceId ?? '', String(segmentDuration), String(startNs)];
  const fingerprint = await fingerprintOf(inputs, asked);
  let plan = await folder.plan(fingerprint);
  if (plan === undefined) {
    const settings = { segmentNs: segmentDuration, flowId, sourceId, startNs };
    plan = { fingerprint, ...(await makePlan(inputs, ready, await folder.freshSegments(), settings)) };
    await folder.keep(plan);
    for (const note of plan.notes ?? []) process.stderr.write(`Note: ${note}\n`);
  }
  const progress = showProgress('segments');
  try {
    const { registered, present } = await transfer(client, folder, plan, options.parallel, progress);
    progress.stop();
    await folder.removeSegments();
    const before = present === 0 ? '' : `, ${present} were there already`;
    print(`${registered} segments registered${before}.`);
    for (const { id, format, label } of plan.flows) {
      print(`flow ${id}  ${format.split(':').at(-1) ?? ''}  ${typeof label === 'string' ? label : ''}`.trimEnd());
    }
  } finally {
    progress.stop();
    await folder.close();
  }
}

/** Beside a file; for a URL in the present folder. */
function stateFolderOf(input: string): string {
  const url = /^https?:/.test(input) ? new URL(input) : undefined;
  return `${url === undefined ? input : resolve(basename(url.pathname) || url.hostname)}.tams-ingest`;
}

function parseDuration(text: string): bigint {
  const [, digits = '', unit] = /^([1-9]\d{0,8})(ms|s)$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError('Such as 2s or 960ms.');
  return BigInt(digits) * (unit === 's' ? 1_000_000_000n : 1_000_000n);
}

function parseTime(text: string): bigint {
  try {
    return parseTimestamp(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
