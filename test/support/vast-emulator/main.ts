import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_SEED, startVastEmulator } from './index.ts';

interface Flags {
  readonly port: number;
  readonly endpoints: number;
  readonly latency: number;
  readonly clusterVersion: string;
  readonly seed: number;
}

const SCHEMA = 'tams';

const command = new Command('vast-emulator')
  .description('An emulator of the VAST DataBase wire protocol, for tests and development. It is not a database.')
  .option('--port <number>', 'port of the first endpoint; the others follow it', wholeNumber, 8070)
  .option('--endpoints <n>', 'how many endpoints serve the one store', wholeNumber, 1)
  .option('--latency <ms>', 'milliseconds that each request waits', wholeNumber, 0)
  .option('--cluster-version <a.b.c.d>', 'the version that it claims to be', '5.4.0.1')
  .option(
    '--seed <n>',
    'which order rows are answered in, since a cluster promises none; 0: by row id',
    wholeNumber,
    DEFAULT_SEED,
  )
  .parse();

const { port, endpoints, latency, clusterVersion, seed } = command.opts<Flags>();
const emulator = await startVastEmulator({ port, endpoints, version: clusterVersion, schema: SCHEMA, seed });
if (latency > 0) emulator.faults.latency({ ms: latency });

console.log(`VAST emulator (claims to be ${clusterVersion}), for tests and development.
It is not a database: everything is kept in memory and is gone when it stops. Ctrl-C stops it.

Start the server against it with

TABLE_ENGINE=vast \\
VAST_ENDPOINTS=${emulator.endpoints.join(',')} \\
VAST_ACCESS_KEY=${emulator.accessKey} \\
VAST_SECRET_KEY=${emulator.secretKey} \\
VAST_BUCKET=${emulator.bucket} \\
VAST_SCHEMA=${SCHEMA} \\
SECRET_KEY=development-only-development-only \\
npm start
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close());

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('a whole number is wanted');
  return number;
}
