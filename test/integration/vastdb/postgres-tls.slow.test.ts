import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../../../demo/server-process.ts';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import type { TableError } from '../../../src/vastdb/table-error.ts';
import {
  OVER_TCP,
  overTcp,
  POSTGRES_MISSING,
  type PostgresServer,
  startPostgres,
} from '../../support/postgres-server.ts';

const PASSWORD = 'hunter2/hunter2';

const authority = (name: string) =>
  generate([{ name: 'commonName', value: name }], {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
    algorithm: 'sha256',
  });

describe.skipIf(POSTGRES_MISSING)(`TLS and passwords of PostgreSQL ${POSTGRES_MISSING ?? ''}`, () => {
  let folder: string;
  let server: PostgresServer;
  /** Of a user with a password, who is let in over TLS alone. */
  let url: URL;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tams-postgres-tls-'));
    const [trusted, other] = [await authority('trusted'), await authority('other')];
    await writeFile(join(folder, 'trusted.pem'), trusted.cert);
    await writeFile(join(folder, 'other.pem'), other.cert);
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      ca: { key: trusted.private, cert: trusted.cert },
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
      algorithm: 'sha256',
    });
    server = await startPostgres(
      { ...OVER_TCP, ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
      {
        'server.crt': cert,
        'server.key': key,
        'pg_hba.conf': 'local all postgres trust\nhostssl all all all scram-sha-256\n',
      },
    );
    url = overTcp(await server.database(), server.port, 'localhost');
    await server.run(`CREATE ROLE tams LOGIN PASSWORD '${PASSWORD}'`);
    await server.run(`GRANT CREATE ON DATABASE ${url.pathname.slice(1)} TO tams`);
    Object.assign(url, { username: 'tams', password: PASSWORD });
  });
  afterAll(async () => {
    await server.dispose();
    await rm(folder, { recursive: true });
  });

  const withTls = (parameters: Record<string, string>, change: Partial<URL> = {}): string => {
    const changed = Object.assign(new URL(url), change);
    for (const [name, value] of Object.entries(parameters)) changed.searchParams.set(name, value);
    return changed.href;
  };
  const file = (name: string): string => join(folder, name);
  const open = (at: string): Promise<TableEngine> =>
    openPostgresEngine({
      url: at,
      replicaUrl: undefined,
      schema: 'tams',
      poolSize: 2,
      statementTimeoutMs: 30_000,
      logger: pino({ level: 'silent' }),
    });
  const refusal = async (at: string): Promise<string> => {
    const message = await open(at).then(
      (engine) => engine.close().then(() => 'opened'),
      (error: unknown) => (error as TableError).message,
    );
    expect(message).not.toContain('\n');
    expect(message).not.toContain(PASSWORD);
    expect(message).not.toContain(encodeURIComponent(PASSWORD));
    return message;
  };

  it.each(['verify-full', 'require'])(
    'connects with sslmode=%s to a server of the authority that is named',
    async (sslmode) => {
      const engine = await open(withTls({ sslmode, sslrootcert: file('trusted.pem') }));
      try {
        const sessions = `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'tams'`;
        expect(await server.run(sessions)).toEqual([[true]]);
      } finally {
        await engine.close();
      }
    },
  );

  it.each(['verify-full', 'require'])(
    'refuses with sslmode=%s a server of another authority, or of another name',
    async (sslmode) => {
      const authority = /certificate.*name the authority.*sslrootcert/;
      expect(await refusal(withTls({ sslmode, sslrootcert: file('other.pem') }))).toMatch(authority);
      expect(await refusal(withTls({ sslmode }))).toMatch(authority);
      const elsewhere = withTls({ sslmode, sslrootcert: file('trusted.pem') }, { hostname: '127.0.0.1' });
      expect(await refusal(elsewhere)).toMatch(
        /IP: 127\.0\.0\.1 is not in the cert's list.*as the host of DATABASE_URL/,
      );
    },
  );

  it('says which file is missing, that TLS is, or that the password is wrong', async () => {
    expect(await refusal(withTls({ sslmode: 'verify-full', sslrootcert: file('nowhere.pem') }))).toMatch(
      /nowhere\.pem is named by sslrootcert.*put a PEM file there/,
    );
    expect(await refusal(url.href)).toMatch(/no encryption.*hostssl set sslmode=verify-full/);
    const tls = { sslmode: 'verify-full', sslrootcert: file('trusted.pem') };
    expect(await refusal(withTls(tls, { password: `${PASSWORD}x` }))).toMatch(
      /password authentication failed.*tams.*correct the user and the password in DATABASE_URL/,
    );
    expect(await refusal(withTls(tls, { password: '' }))).toMatch(/correct the user and the password in DATABASE_URL/);
  });

  it('says that the server has no TLS', async () => {
    const plain = await startPostgres(OVER_TCP);
    try {
      const at = overTcp(await plain.database(), plain.port);
      at.searchParams.set('sslmode', 'verify-full');
      expect(await refusal(at.href)).toMatch(/does not support SSL.*set ssl = on there, or sslmode=disable/);
    } finally {
      await plain.dispose();
    }
  });

  describe('with a certificate of the client', () => {
    /** Certificates as an operator makes them. */
    const openssl = (...words: string[]): void => {
      execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
    };
    const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const makeAuthority = (name: string): void => {
      openssl(
        'req',
        '-x509',
        ...KEY,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.crt`,
        '-subj',
        `/CN=${name}`,
        '-days',
        '2',
      );
    };
    const makeClient = (name: string, by: string, user: string): void => {
      openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${user}`);
      const signed = ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2'];
      openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`);
    };
    let strict: PostgresServer;
    let strictUrl: URL;
    beforeAll(async () => {
      makeAuthority('clients');
      makeAuthority('strangers');
      makeClient('tams', 'clients', 'tams');
      makeClient('stranger', 'strangers', 'tams');
      makeClient('colleague', 'clients', 'colleague');
      openssl(
        'req',
        '-x509',
        ...KEY,
        '-keyout',
        'host.key',
        '-out',
        'host.crt',
        '-subj',
        '/CN=localhost',
        '-days',
        '2',
        '-addext',
        'subjectAltName=DNS:localhost',
      );
      const own = (name: string): string => readFileSync(file(name), 'utf8');
      strict = await startPostgres(
        { ...OVER_TCP, ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key', ssl_ca_file: 'clients.crt' },
        {
          'server.crt': own('host.crt'),
          'server.key': own('host.key'),
          'clients.crt': own('clients.crt'),
          'pg_hba.conf': 'local all postgres trust\nhostssl all all all cert\n',
        },
      );
      strictUrl = overTcp(await strict.database(), strict.port, 'localhost');
      await strict.run('CREATE ROLE tams LOGIN');
      await strict.run(`GRANT CREATE ON DATABASE ${strictUrl.pathname.slice(1)} TO tams`);
      strictUrl.username = 'tams';
    });
    afterAll(() => strict.dispose());

    const certified = (parameters: Record<string, string>): string => {
      const at = new URL(strictUrl);
      const all = { sslmode: 'verify-full', sslrootcert: file('host.crt'), ...parameters };
      for (const [name, value] of Object.entries(all)) at.searchParams.set(name, value);
      return at.href;
    };

    it('is let in without a password', async () => {
      const engine = await open(certified({ sslcert: file('tams.crt'), sslkey: file('tams.key') }));
      await engine.close();
    });

    it('is told what is wrong with it', async () => {
      const certificate = { sslcert: file('tams.crt'), sslkey: file('tams.key') };
      expect(await refusal(certified({}))).toMatch(/where it says cert or clientcert set sslcert and sslkey/);
      const stranger = { sslcert: file('stranger.crt'), sslkey: file('stranger.key') };
      expect(await refusal(certified(stranger))).toMatch(
        /sslcert and sslkey must be .* of an authority in ssl_ca_file/,
      );
      const colleague = { sslcert: file('colleague.crt'), sslkey: file('colleague.key') };
      expect(await refusal(certified(colleague))).toMatch(/"tams".*correct the user in DATABASE_URL/);
      expect(await refusal(certified({ ...certificate, sslkey: file('stranger.key') }))).toMatch(
        /PEM files that belong together/,
      );
      expect(await refusal(certified({ ...certificate, sslcert: file('nowhere.crt') }))).toMatch(
        /nowhere\.crt is named by sslrootcert, sslcert or sslkey of DATABASE_URL/,
      );
      // A folder can be read by nobody, not even by root.
      expect(await refusal(certified({ ...certificate, sslkey: folder }))).toMatch(/EISDIR.*put a PEM file there/);
      expect(await refusal(certified({ ...certificate, sslkey: file('tams.csr') }))).toMatch(
        /PEM files that belong together/,
      );
    });
  });

  it('is never in the log, whatever fails', async () => {
    const env = {
      TABLE_ENGINE: 'postgres',
      SECRET_KEY: 'the secret of all replicas in these tests',
      LOG_LEVEL: 'trace',
    };
    const tls = { sslmode: 'verify-full', sslrootcert: file('trusted.pem') };
    const running = await ServerProcess.start({ dataDir: folder, env: { ...env, DATABASE_URL: withTls(tls) } });
    const outputs: string[] = [];
    try {
      await server.kill();
      await expect.poll(async () => (await fetch(`${running.baseUrl}/flows`)).status).toBe(503);
      await fetch(`${running.baseUrl}/health`);
    } finally {
      await running.stop();
      await server.start();
    }
    outputs.push(running.output, running.errors);
    for (const wrong of [
      withTls(tls, { password: `${PASSWORD}x` }),
      withTls({ ...tls, sslrootcert: file('other.pem') }),
      `${withTls(tls)}&port=x`,
      withTls(tls).replace('postgresql:', 'mysql:'),
    ]) {
      const refused = ServerProcess.spawn({ dataDir: folder, env: { ...env, DATABASE_URL: wrong } });
      expect((await refused.exited).code).toBe(1);
      outputs.push(refused.output, refused.errors);
    }
    expect(outputs.join('')).toMatch(/DATABASE_URL/);
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(outputs.join('')).not.toContain(secret);
  });
});
