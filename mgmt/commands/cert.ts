import { mkdir, open, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { print } from '../../src/shared/print.ts';

const DAY_MS = 86_400_000;
const DNS_NAME = 2;
const IP_ADDRESS = 7;

interface CertOptions {
  readonly host: readonly string[];
  readonly out: string;
  readonly days: number;
}

/** `mgmt cert`: a certificate for a proxy before the server, where no authority gives one. */
export function certCommand(): Command {
  return new Command('cert')
    .description('make a self-signed TLS certificate (cert.pem) and its private key (key.pem)')
    .requiredOption('--host <name...>', 'names and addresses that clients reach the server by', parseHost)
    .option('--out <folder>', 'where to', '.')
    .option('--days <count>', 'how long it is valid', parseDays, 365)
    .action(async ({ host: hosts, out, days }: CertOptions) => {
      const certificate = await makeCertificate(hosts, days);
      const keyFile = join(out, 'key.pem');
      const certFile = join(out, 'cert.pem');
      await mkdir(out, { recursive: true });
      await writeNew(keyFile, certificate.private, 0o600);
      try {
        await writeNew(certFile, certificate.cert, 0o644);
      } catch (error) {
        // A key without its certificate would be taken for that of the other one.
        await rm(keyFile);
        throw error;
      }
      print(`${certFile} and ${keyFile}: for ${hosts.join(', ')}, ${days} days.`);
    });
}

async function makeCertificate(hosts: readonly string[], days: number) {
  // Two hundred modules, which no other command should wait for.
  const { generate } = await import('selfsigned');
  const notBeforeDate = new Date();
  return generate([{ name: 'commonName', value: hosts[0] }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + days * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: hosts.map((host) =>
          isIP(host) === 0 ? { type: DNS_NAME, value: host } : { type: IP_ADDRESS, ip: host },
        ),
      },
    ],
  });
}

/** Never overwrites: a key that is gone cannot be had again. */
async function writeNew(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode).catch((error: unknown) => {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw exists ? new Error(`${file} is there already, and is left alone.`) : error;
  });
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

function parseHost(text: string, before: readonly string[] = []): string[] {
  const isName = /^(\*\.)?[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(text);
  if (isIP(text) === 0 && !isName) throw new InvalidArgumentError('Not a host name or an IP address.');
  return [...before, text];
}

function parseDays(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 9999.');
  return Number(text);
}
