import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, Consumer, type Message, Producer } from '@platformatic/kafka';
import { freePort } from './s3-server.ts';

const START_TIMEOUT_MS = 120_000;
/** A JVM for tests: small, and quick to start. */
const JVM = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** So that clusters of tests need not be asked for theirs. */
const CLUSTER_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** The user of the listener with TLS. */
export const KAFKA_USER = { username: 'tams', password: 'hunter2/hunter2' };

/** The arguments of `java` for a class of Kafka's. */
export const kafkaCommand = (main: string): string[] => [...JVM, '-cp', `${jarsFolder()}/*`, main];

const jarsFolder = (): string => {
  const script = readFileSync(new URL('../../.ci/kafka.sh', import.meta.url), 'utf8');
  const version = /^VERSION=(.+)$/m.exec(script)?.[1] ?? '';
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'vast-tams', `kafka-${version}`);
};

/** Why there is no broker for tests; undefined where there is one. */
export const KAFKA_MISSING: string | undefined = missing();

function missing(): string | undefined {
  if (!existsSync(jarsFolder())) return 'is not installed (.ci/kafka.sh)';
  return spawnSync('java', ['-version']).status === 0 ? undefined : 'needs Java, which is not installed';
}

interface BrokerOptions {
  /** PEM files of a listener with TLS and SASL besides. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly settings?: Readonly<Record<string, string>>;
}

/** The headers of a message as texts. */
export const headersOf = ({ headers }: Message): Record<string, string> =>
  Object.fromEntries([...headers].map(([name, value]) => [name.toString(), value.toString()]));

/** A real Kafka broker, in KRaft mode, over a temporary folder. */
export class KafkaBroker {
  /** `host:port` without TLS. */
  readonly address: string;
  /** `localhost:port` with TLS and SASL. */
  readonly secureAddress: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(folder: string, ports: readonly number[]) {
    this.#folder = folder;
    this.address = `127.0.0.1:${ports[0]}`;
    this.secureAddress = `localhost:${ports[1]}`;
  }

  static async start({ tls, settings = {} }: BrokerOptions = {}): Promise<KafkaBroker> {
    const folder = await mkdtemp(join(tmpdir(), 'kafka-'));
    const ports = [await freePort(), await freePort(), await freePort()];
    const broker = new KafkaBroker(folder, ports);
    const jaas = 'org.apache.kafka.common.security';
    const { username, password } = KAFKA_USER;
    const secure = {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': join(folder, 'server.pem'),
      'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.sasl_ssl.plain.sasl.jaas.config': `${jaas}.plain.PlainLoginModule required user_${username}="${password}";`,
      'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': `${jaas}.scram.ScramLoginModule required;`,
      'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${jaas}.scram.ScramLoginModule required;`,
    };
    const listeners = [
      `PLAINTEXT://${broker.address}`,
      ...(tls === undefined ? [] : [`SASL_SSL://${broker.secureAddress}`]),
    ];
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.voters': `1@127.0.0.1:${ports[2]}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
      listeners: [...listeners, `CONTROLLER://127.0.0.1:${ports[2]}`].join(','),
      'advertised.listeners': listeners.join(','),
      'inter.broker.listener.name': 'PLAINTEXT',
      'log.dirs': join(folder, 'log'),
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '1',
      'group.initial.rebalance.delay.ms': '0',
      'group.min.session.timeout.ms': '1000',
      'auto.create.topics.enable': 'false',
      ...(tls === undefined ? {} : secure),
      ...settings,
    };
    const text = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(folder, 'broker.properties'), text.join(''));
    if (tls !== undefined) await writeFile(join(folder, 'server.pem'), `${tls.key}\n${tls.cert}\n`);
    const scram = ['256', '512'].flatMap((bits) => [
      '--add-scram',
      `SCRAM-SHA-${bits}=[name=${username},password=${password}]`,
    ]);
    const format = ['format', '-t', CLUSTER_ID, '-c', join(folder, 'broker.properties')];
    execFileSync('java', [...kafkaCommand('kafka.tools.StorageTool'), ...format, ...(tls === undefined ? [] : scram)], {
      stdio: 'pipe',
    });
    await broker.start();
    return broker;
  }

  /** Starts it again on the same ports, over the same topics. */
  async start(): Promise<void> {
    const args = [...kafkaCommand('kafka.Kafka'), join(this.#folder, 'broker.properties')];
    const child = spawn('java', args, { stdio: 'ignore' });
    this.#child = child;
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const admin = this.#admin();
      try {
        await admin.listTopics({});
        return;
      } catch (error) {
        if (child.exitCode !== null) throw new Error(`the broker ended with code ${child.exitCode}`, { cause: error });
        if (Date.now() > deadline) throw new Error('the broker does not answer', { cause: error });
        await sleep(100);
      } finally {
        await admin.close();
      }
    }
  }

  /** Kills it; its topics stay. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Nothing answers any more, and no connection ends: as where a network drops packets. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async createTopics(topics: readonly string[], partitions = 3): Promise<void> {
    const admin = this.#admin();
    try {
      await admin.createTopics({ topics: [...topics], partitions, replicas: 1 });
    } finally {
      await admin.close();
    }
  }

  /** Sends messages in this order. */
  async send(topic: string, values: readonly (string | Buffer)[], key?: string): Promise<void> {
    const producer = new Producer({ clientId: 'test', bootstrapBrokers: [this.address] });
    try {
      const messages = values.map((value) => ({
        topic,
        value: Buffer.from(value),
        ...(key !== undefined && { key: Buffer.from(key) }),
      }));
      if (messages.length > 0) await producer.send({ messages, acks: -1 });
    } finally {
      await producer.close();
    }
  }

  /** Messages of a topic, each partition from its beginning on, until there are enough; fails after a while. */
  async read(
    topic: string,
    isEnough: (messages: readonly Message[]) => boolean,
    withinMs = 60_000,
  ): Promise<Message[]> {
    const options = { clientId: 'test', bootstrapBrokers: [this.address], groupId: `test-${topic}-${Math.random()}` };
    const consumer = new Consumer({ ...options, maxWaitTime: 100 });
    const messages: Message[] = [];
    try {
      const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
      stream.on('data', (message) => void messages.push(message));
      const deadline = Date.now() + withinMs;
      while (!isEnough(messages)) {
        if (Date.now() > deadline)
          throw new Error(`${messages.length} messages came to ${topic}, which are not enough`);
        await sleep(20);
      }
    } finally {
      await consumer.close(true);
    }
    return messages;
  }

  /** The messages that a group has yet to read, or never read. */
  async lag(group: string, topic: string): Promise<number> {
    const consumer = new Consumer({ clientId: 'test', bootstrapBrokers: [this.address], groupId: group });
    const admin = this.#admin();
    try {
      const { topics } = await admin.metadata({ topics: [topic] });
      const partitions = Array.from({ length: topics.get(topic)?.partitionsCount ?? 0 }, (_, index) => index);
      const [ends, committed] = [
        await consumer.listOffsets({ topics: [topic], timestamp: -1n }),
        await consumer.listCommittedOffsets({ topics: [{ topic, partitions }] }),
      ];
      return partitions.reduce((sum, partition) => {
        const done = committed.get(topic)?.[partition] ?? -1n;
        return sum + Number((ends.get(topic)?.[partition] ?? 0n) - (done < 0n ? 0n : done));
      }, 0);
    } finally {
      await admin.close();
      await consumer.close(true);
    }
  }

  #admin(): Admin {
    return new Admin({ clientId: 'test', bootstrapBrokers: [this.address], retries: 0, connectTimeout: 2_000 });
  }
}
