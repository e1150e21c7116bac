import { stat, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseTimestamp } from '../../src/shared/time/timestamp.ts';
import { withInterrupt } from '../folders.ts';
import { fingerprintOf, IngestFolder, isUrl, stateFolderOf } from '../ingest/ingest-folder.ts';
import { makePlan } from '../ingest/make-plan.ts';
import type { IngestPlan } from '../ingest/plan.ts';
import type { Start } from '../ingest/start.ts';
import { parseTimecode } from '../ingest/timecode.ts';
import { transfer } from '../ingest/transfer.ts';
import { explain } from '../media/explain.ts';
import { requireTool } from '../../src/media/probing/run-tool.ts';
import { print } from '../../src/shared/print.ts';
import { showProgress } from '../progress.ts';
import {
  type ClientOptions,
  openClient,
  parallelOption,
  parseUuid,
  withClientOptions,
} from '../tams-client/client-options.ts';
import type { TamsClient } from '../tams-client/tams-client.ts';

interface IngestOptions extends ClientOptions {
  readonly ready?: boolean;
  readonly flowId?: string;
  readonly sourceId?: string;
  readonly segmentDuration: bigint;
  readonly label?: string;
  readonly start?: Start;
  readonly muxed?: boolean;
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
      new Option('--segment-duration <duration>', 'the length of the segments of a file, such as 2s or 960ms')
        .argParser(parseDuration)
        // Without a text of its own commander prints it as JSON, which has no bigint.
        .default(2_000_000_000n, '2s'),
    )
    .option('--label <text>', 'the label of the flow of the whole; by default the name of the file')
    .option(
      '--start <time>',
      'the time of the first picture: seconds (10:0) or a timecode; by default its own',
      parseStart,
    )
    .option('--muxed', 'leave segments of a playlist that have pictures and sound in one as they are')
    .addOption(parallelOption('uploads'))
    .option('--state <folder>', 'the journal of the ingest; by default FILE.tams-ingest');
  return withClientOptions(command)
    .addHelpText('after', '\nffmpeg, which must be installed, cuts files without re-encoding them.')
    .action(run);
}

async function run(files: readonly string[], options: IngestOptions): Promise<void> {
  const inputs = files.map((file) => (isUrl(file) ? file : resolve(file)));
  const [first = ''] = inputs;
  const state = resolve(options.state ?? stateFolderOf(first));
  try {
    await ingest(inputs, state, options);
  } catch (error) {
    throw explain(error, state);
  }
}

async function ingest(inputs: readonly string[], state: string, options: IngestOptions): Promise<void> {
  if (inputs.length > 1 && options.ready !== true) {
    throw new Error(
      'Several files: ingest one after the other, or say with --ready that they are segments of one flow.',
    );
  }
  for (const input of inputs) if (!isUrl(input)) await checkFile(input);
  await requireTool('ffprobe');
  if (options.ready !== true) await requireTool('ffmpeg');
  const client = await openClient(options);
  // Before media are cut for long.
  const speaks82 = speaksFrom(await client.check(), 8, 2);
  const folder = new IngestFolder(state);
  await folder.lock();
  try {
    const plan = await planOf(inputs, folder, client.baseUrl, { ...options, speaks82 });
    await follow(plan, client, folder, options.parallel);
  } finally {
    await folder.close();
  }
}

/** The plan that the folder has of this ingest, or a new one, which it has then; without one, nothing is left of it. */
async function planOf(
  inputs: readonly string[],
  folder: IngestFolder,
  url: string,
  options: IngestOptions & { readonly speaks82: boolean },
): Promise<IngestPlan> {
  const {
    ready = false,
    segmentDuration: segmentNs,
    flowId,
    sourceId,
    label,
    start,
    muxed = false,
    speaks82,
  } = options;
  const place = typeof start === 'object' ? start.text : String(start);
  const asked = [url, ready, flowId, sourceId, segmentNs, place, label, muxed, speaks82].map(String);
  const fingerprint = await fingerprintOf(inputs, asked);
  const kept = await folder.plan(fingerprint);
  if (kept !== undefined) return kept;
  const settings = { segmentNs, flowId, sourceId, label, start, muxed, speaks82 };
  try {
    return await withInterrupt(
      () => folder.discard(),
      async () => {
        await checkSpace(inputs, folder.path);
        const plan = { fingerprint, ...(await makePlan(inputs, ready, await folder.freshSegments(), settings)) };
        await folder.keep(plan);
        for (const note of plan.notes ?? []) process.stderr.write(`Note: ${note}\n`);
        return plan;
      },
    );
  } catch (error) {
    folder.discard();
    throw error;
  }
}

/** Whether a version of TAMS is this one or later. */
function speaksFrom(version: string, major: number, minor: number): boolean {
  const [own = 0, ownMinor = 0] = version.split('.').map(Number);
  return own > major || (own === major && ownMinor >= minor);
}

async function follow(plan: IngestPlan, client: TamsClient, folder: IngestFolder, parallel: number): Promise<void> {
  const progress = showProgress('segments');
  try {
    const { registered, present } = await transfer(client, folder, plan, parallel, progress);
    progress.stop();
    await folder.removeSegments();
    const before = present === 0 ? '' : `, ${present} were there already`;
    print(`${registered} segments registered${before}.`);
    for (const { id, format, label } of plan.flows) {
      print(`flow ${id}  ${format.split(':').at(-1) ?? ''}  ${typeof label === 'string' ? label : ''}`.trimEnd());
    }
  } catch (error) {
    progress.stop();
    const { message } = explain(error, folder.path);
    throw new Error(`${message}\nThe same command goes on from here; ${folder.path} remembers how far it is.`, {
      cause: error,
    });
  }
}

/** @throws for what cannot be a media file, in words that name it. */
async function checkFile(file: string): Promise<void> {
  const found = await stat(file);
  if (found.isDirectory()) throw new Error(`${file} is a folder: name the files in it.`);
  if (found.size === 0) throw new Error(`${file} is empty.`);
}

/** The cut segments are about as large as the file. */
async function checkSpace(inputs: readonly string[], folder: string): Promise<void> {
  const sizes = await Promise.all(inputs.map(async (input) => (isUrl(input) ? 0 : (await stat(input)).size)));
  const needed = sizes.reduce((sum, size) => sum + size, 0);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new Error(
    `The segments need about ${mebibytes(needed)} MiB, and the disk of ${folder} has ${mebibytes(bavail * bsize)}:` +
      ' name a folder on another with --state.',
  );
}

const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);

function parseDuration(text: string): bigint {
  const [, digits = '', unit] = /^([1-9]\d{0,8})(ms|s)$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError('Such as 2s or 960ms.');
  return BigInt(digits) * (unit === 's' ? 1_000_000_000n : 1_000_000n);
}

function parseStart(text: string): Start {
  const timecode = parseTimecode(text);
  if (timecode !== undefined) return timecode;
  try {
    return parseTimestamp(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError(`Seconds such as 10:0, or a timecode such as 10:00:00:00. ${reason}`);
  }
}
