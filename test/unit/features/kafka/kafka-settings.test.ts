import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../src/settings.ts';

const EVENTS = { KAFKA_BROKERS: 'kafka:9092', KAFKA_EVENTS_TOPIC: 'tams' };
const SASL = { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_USERNAME: 'tams', KAFKA_PASSWORD: 'hunter2' };

describe('KAFKA_...', () => {
  it('is off unless brokers are named', () => {
    expect(loadConfig({}).features.kafka).toBeUndefined();
    expect(
      loadConfig({ ...EVENTS, KAFKA_BROKERS: 'a.example:9092, [::1]:9093', KAFKA_TLS: 'true' }).features.kafka,
    ).toEqual({
      brokers: ['a.example:9092', '[::1]:9093'],
      tls: { ca: undefined },
      sasl: undefined,
      notificationsTopic: undefined,
      group: 'vast-tams',
      deadLettersTopic: undefined,
      eventsTopic: 'tams',
    });
    expect(loadConfig({ ...EVENTS, ...SASL }).features.kafka?.sasl).toEqual({
      mechanism: 'PLAIN',
      username: 'tams',
      password: 'hunter2',
    });
  });

  it.each([
    [{ KAFKA_EVENTS_TOPIC: 'tams' }, /^KAFKA_EVENTS_TOPIC has no effect unless KAFKA_BROKERS is set/],
    [{ KAFKA_PASSWORD: 'hunter2' }, /^KAFKA_PASSWORD has no effect unless KAFKA_BROKERS is set/],
    [
      { KAFKA_BROKERS: 'kafka:9092' },
      /^KAFKA_BROKERS has no effect unless KAFKA_NOTIFICATIONS_TOPIC or KAFKA_EVENTS_TOPIC/,
    ],
    [{ ...EVENTS, KAFKA_BROKERS: 'kafka' }, /^KAFKA_BROKERS takes .* host:port, not "kafka"/],
    [{ ...EVENTS, KAFKA_BROKERS: 'kafka:99999' }, /^KAFKA_BROKERS takes/],
    [{ ...EVENTS, KAFKA_EVENTS_TOPIC: 'a b' }, /^KAFKA_EVENTS_TOPIC takes a name/],
    [{ ...EVENTS, KAFKA_GROUP: 'g' }, /^KAFKA_GROUP has no effect unless KAFKA_NOTIFICATIONS_TOPIC/],
    [{ ...EVENTS, KAFKA_DEAD_LETTERS_TOPIC: 'tams' }, /different topics/],
    [{ ...EVENTS, KAFKA_TLS_CA_FILE: '/ca.pem' }, /^KAFKA_TLS_CA_FILE has no effect unless KAFKA_TLS/],
    [
      { ...EVENTS, KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: '/no/ca.pem' },
      /^KAFKA_TLS_CA_FILE: ENOENT.*put a PEM file there/,
    ],
    [{ ...EVENTS, ...SASL, KAFKA_SASL_MECHANISM: '' }, /^KAFKA_USERNAME has no effect unless KAFKA_SASL_MECHANISM/],
    [{ ...EVENTS, ...SASL, KAFKA_PASSWORD: '' }, /^KAFKA_PASSWORD is not set; KAFKA_SASL_MECHANISM needs it/],
    [{ ...EVENTS, KAFKA_SASL_MECHANISM: 'GSSAPI' }, /^KAFKA_SASL_MECHANISM takes PLAIN or/],
  ])('refuses %j', (env, message) => {
    expect(() => loadConfig(env)).toThrow(message);
    expect(() => loadConfig(env)).not.toThrow('hunter2');
  });
});
