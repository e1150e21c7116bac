import { readFileSync } from 'node:fs';
import { ConfigError, type Environment } from '../../config/environment.ts';
import { secretText, type TextSyntax } from '../../config/text-syntax.ts';

/** All that it reads. */
export const KAFKA_VARIABLES: readonly string[] = [
  'KAFKA_BROKERS',
  'KAFKA_TLS',
  'KAFKA_TLS_CA_FILE',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_USERNAME',
  'KAFKA_PASSWORD',
  'KAFKA_NOTIFICATIONS_TOPIC',
  'KAFKA_GROUP',
  'KAFKA_DEAD_LETTERS_TOPIC',
  'KAFKA_EVENTS_TOPIC',
];

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** How brokers are reached. */
export interface BrokerConfig {
  /** `host:port` */
  readonly brokers: readonly string[];
  /** Undefined: without TLS. The authorities are in PEM; undefined: those that Node knows. */
  readonly tls: { readonly ca: string | undefined } | undefined;
  /** Undefined: without signing in. */
  readonly sasl:
    | { readonly mechanism: (typeof MECHANISMS)[number]; readonly username: string; readonly password: string }
    | undefined;
}

export interface KafkaConfig extends BrokerConfig {
  /** The topic with notifications of object stores; undefined: none is read. */
  readonly notificationsTopic: string | undefined;
  readonly group: string;
  readonly deadLettersTopic: string | undefined;
  /** The topic that events of TAMS are published to; undefined: none is. */
  readonly eventsTopic: string | undefined;
}

/** The settings of events from and to a broker; undefined: there are none. Those without effect are a ConfigError. */
export function readKafka(env: Environment): KafkaConfig | undefined {
  const brokers = env.parsed('KAFKA_BROKERS', BROKER_LIST);
  if (brokers === undefined) {
    const idle = KAFKA_VARIABLES.find((name) => env.text(name) !== undefined);
    if (idle !== undefined) throw withoutEffect(idle, 'KAFKA_BROKERS is set');
    return undefined;
  }
  const notificationsTopic = env.parsed('KAFKA_NOTIFICATIONS_TOPIC', TOPIC);
  const eventsTopic = env.parsed('KAFKA_EVENTS_TOPIC', TOPIC);
  const deadLettersTopic = env.parsed('KAFKA_DEAD_LETTERS_TOPIC', TOPIC);
  const group = env.parsed('KAFKA_GROUP', TOPIC);
  if (notificationsTopic === undefined && eventsTopic === undefined) {
    throw withoutEffect('KAFKA_BROKERS', 'KAFKA_NOTIFICATIONS_TOPIC or KAFKA_EVENTS_TOPIC names a topic');
  }
  if (group !== undefined && notificationsTopic === undefined) {
    throw withoutEffect('KAFKA_GROUP', 'KAFKA_NOTIFICATIONS_TOPIC is set');
  }
  const topics = [notificationsTopic, eventsTopic, deadLettersTopic].filter((topic) => topic !== undefined);
  if (new Set(topics).size < topics.length) {
    throw new ConfigError(
      'KAFKA_NOTIFICATIONS_TOPIC, KAFKA_EVENTS_TOPIC and KAFKA_DEAD_LETTERS_TOPIC have to be different topics.',
    );
  }
  const [tls, sasl] = [readTls(env), readSasl(env)];
  return { brokers, tls, sasl, notificationsTopic, group: group ?? 'vast-tams', deadLettersTopic, eventsTopic };
}

function readTls(env: Environment): BrokerConfig['tls'] {
  const file = env.text('KAFKA_TLS_CA_FILE');
  if (env.flag('KAFKA_TLS') !== true) {
    if (file !== undefined) throw withoutEffect('KAFKA_TLS_CA_FILE', 'KAFKA_TLS is true');
    return undefined;
  }
  if (file === undefined) return { ca: undefined };
  try {
    return { ca: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new ConfigError(`KAFKA_TLS_CA_FILE: ${(error as Error).message}; put a PEM file there.`);
  }
}

function readSasl(env: Environment): BrokerConfig['sasl'] {
  const mechanism = env.choice('KAFKA_SASL_MECHANISM', MECHANISMS);
  const username = env.text('KAFKA_USERNAME');
  const password = env.parsed('KAFKA_PASSWORD', secretText(1));
  if (mechanism === undefined) {
    if (username !== undefined) throw withoutEffect('KAFKA_USERNAME', 'KAFKA_SASL_MECHANISM is set');
    if (password !== undefined) throw withoutEffect('KAFKA_PASSWORD', 'KAFKA_SASL_MECHANISM is set');
    return undefined;
  }
  if (username === undefined || password === undefined) {
    const missing = username === undefined ? 'KAFKA_USERNAME' : 'KAFKA_PASSWORD';
    throw new ConfigError(`${missing} is not set; KAFKA_SASL_MECHANISM needs it.`);
  }
  return { mechanism, username, password };
}

const withoutEffect = (variable: string, condition: string): ConfigError =>
  new ConfigError(`${variable} has no effect unless ${condition}; set that or unset ${variable}.`);

const BROKER_LIST: TextSyntax<string[]> = {
  parse: (text) => {
    const brokers = text.split(',').map((item) => item.trim());
    return brokers.every(isBroker) ? brokers : undefined;
  },
  takes: 'a comma-separated list of brokers, each host:port',
};

function isBroker(text: string): boolean {
  const [, host, port] = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):([1-9][0-9]{0,4})$/.exec(text) ?? [];
  return host !== undefined && Number(port) <= 65_535;
}

const TOPIC: TextSyntax<string> = {
  parse: (text) => (/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/.test(text) ? text : undefined),
  takes: 'a name of A-Z a-z 0-9 . _ -, of 249 characters at most',
};
