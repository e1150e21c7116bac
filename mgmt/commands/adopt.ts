import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { confirm, type Confirmation } from '../confirm.ts';
import { print } from '../../src/shared/print.ts';
import { type ClientOptions, openClient, parseUuid, withClientOptions } from '../tams-client/client-options.ts';
import type { AdoptionBody, TamsClient } from '../tams-client/tams-client.ts';

interface AdoptOptions extends ClientOptions, Confirmation {
  readonly backend?: string;
  readonly prefix?: string;
  readonly layout: string;
  readonly rate?: { readonly numerator: number; readonly denominator: number };
  readonly tag: Readonly<Record<string, string>>;
  readonly deleteBytes?: boolean;
  readonly follow?: boolean;
  readonly planOnly?: boolean;
  readonly resume?: string;
}

/** How often the server is asked how far it is. */
const POLL_MS = 500;
/** Planned segments that are shown. */
const SHOWN = 20;
const MAKING: readonly AdoptionBody['state'][] = ['listing', 'probing'];
const HELP = `
The server lists the folder, looks into its keys, and says what it would do before it does anything; with --yes it does it at
once. It goes on by itself when this command ends; --resume shows how far it is. Keys that cannot be adopted are named, and the exit code is 1.`;

/** `mgmt adopt`: objects of bytes that lie in a storage backend already. */
export function adoptCommand(): Command {
  const command = new Command('adopt')
    .description('put keys that lie in a storage backend on timelines, without moving a byte')
    .option('--backend <backend>', 'the id or the label of the storage backend')
    .option('--prefix <folder>', 'the folder that the keys lie in')
    .addOption(
      new Option('--layout <layout>', 'how keys become flows')
        .choices(['files', 'segments', 'frames', 'playlists'])
        .default('files'),
    )
    .option('--rate <rate>', 'frames per second, such as 24 or 24000/1001; for frames', parseRate)
    .option('--tag <name=value>', 'a tag of all flows; may be repeated', collectTag, {})
    .option(
      '--delete-bytes',
      'let the server delete the bytes when nothing uses them any more; it never does otherwise',
    )
    .option('--follow', 'adopt frames that S3 events tell of later, too')
    .option('--plan-only', 'show the plan, and do nothing')
    .option('--resume <id>', 'go on with an adoption that was begun', parseUuid)
    .option('--yes', 'show no plan, and do not ask');
  return withClientOptions(command).addHelpText('after', HELP).action(run);
}

async function run(options: AdoptOptions): Promise<void> {
  const client = await openClient(options);
  const begun = options.resume === undefined ? await begin(client, options) : await client.adoption(options.resume);
  const planned = await reached(client, begun, (state) => !MAKING.includes(state));
  if (planned.state === 'planned') {
    await showPlan(client, planned);
    if (options.planOnly === true || (planned.keys.planned === 0 && !planned.follow)) return report(client, planned);
    await confirm(`This puts ${counted(planned.keys.planned, 'object')} on timelines.`, options);
    await client.startAdoption(planned.id);
  }
  const done = await reached(client, planned, (state) => state === 'done' || state === 'failed');
  print(`${counted(done.keys.adopted, 'object')} adopted.`);
  await report(client, done);
}

async function begin(client: TamsClient, options: AdoptOptions): Promise<AdoptionBody> {
  const { backend, prefix, layout, rate, tag, deleteBytes = false, follow = false } = options;
  if (backend === undefined || prefix === undefined) throw new Error('--backend and --prefix say what is adopted.');
  const backends = await client.storageBackends();
  const found = backends.find(({ id, label }) => id === backend || label === backend);
  if (found === undefined) throw new Error(`--backend: the server has no storage backend ${backend}.`);
  // Nobody waits for the plan: then each key is adopted as soon as it was looked into.
  const start = options.yes === true && options.planOnly !== true;
  const asked = { storage_id: found.id, prefix, layout, tags: tag, delete_bytes: deleteBytes, follow, start };
  const adoption = await client.adopt({ ...asked, ...(rate && { frame_rate: rate }) });
  process.stderr.write(`adoption ${adoption.id}\n`);
  return adoption;
}

async function reached(
  client: TamsClient,
  adoption: AdoptionBody,
  isReached: (state: AdoptionBody['state']) => boolean,
): Promise<AdoptionBody> {
  let now = adoption;
  while (!isReached(now.state)) {
    await pause(POLL_MS);
    now = await client.adoption(now.id);
    const { listed, planned, adopted } = now.keys;
    if (process.stderr.isTTY)
      process.stderr.write(`\r${now.state}: ${listed} to look into, ${planned} planned, ${adopted} done `);
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  if (now.state === 'failed') throw new Error(`The adoption failed: ${now.error ?? 'the server does not say why'}.`);
  return now;
}

async function showPlan(client: TamsClient, { id, keys, bytes }: AdoptionBody): Promise<void> {
  print(`${counted(keys.planned, 'key')} would be adopted, of ${bytes} bytes in all.`);
  let shown = 0;
  for await (const { key, flow_id: flow = '', timerange = '' } of client.adoptionKeys(id, 'planned')) {
    if (++shown > SHOWN) {
      print(`... and ${keys.planned - SHOWN} more`);
      return;
    }
    print(`flow ${flow}  ${timerange}  ${key}`);
  }
}

/** Names all that is not adopted; then the exit code is 1. */
async function report(client: TamsClient, { id, keys }: AdoptionBody): Promise<void> {
  if (keys.present > 0) print(`${counted(keys.present, 'key')} of it adopted before.`);
  const found = Object.values(keys).reduce((sum, count) => sum + count, 0);
  if (found === 0) print('There are no keys of this layout in the folder.');
  for (const state of ['refused', 'missing'] as const) {
    if (keys[state] === 0) continue;
    for await (const { key, reason = '' } of client.adoptionKeys(id, state)) print(`${state}  ${key}: ${reason}`);
  }
  if (found === 0 || keys.refused + keys.missing > 0) process.exitCode = 1;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function parseRate(text: string): { numerator: number; denominator: number } {
  const [, numerator, denominator = '1'] = /^([1-9]\d{0,6})(?:\/([1-9]\d{0,6}))?$/.exec(text) ?? [];
  if (numerator === undefined) throw new InvalidArgumentError('Frames per second, such as 24 or 24000/1001.');
  return { numerator: Number(numerator), denominator: Number(denominator) };
}

function collectTag(text: string, tags: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('A name and a value, such as project=news.');
  return { ...tags, [text.slice(0, at)]: text.slice(at + 1) };
}
