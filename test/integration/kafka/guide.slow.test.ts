import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { KAFKA_MISSING, KafkaBroker, kafkaCommand } from '../../support/kafka-broker.ts';
import { startTestServer } from '../../support/test-server.ts';

const run = promisify(execFile);

/** Kafka's scripts that the guide uses, by the class that each runs. */
const SCRIPTS = {
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
  'kafka-console-producer.sh': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-consumer.sh': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-consumer-groups.sh': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
};

it.skipIf(KAFKA_MISSING)(
  `the commands of docs/events.md show what it says, where Kafka ${KAFKA_MISSING ?? 'is'}`,
  async () => {
    const broker = await KafkaBroker.start();
    onTestFinished(() => broker.close());
    const folder = await mkdtemp(join(tmpdir(), 'tams-kafka-guide-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const [name, main] of Object.entries(SCRIPTS)) {
      const words = kafkaCommand(main).map((word) => `'${word}'`);
      await writeFile(join(folder, name), `#!/bin/sh\nexec java ${words.join(' ')} "$@" 2>/dev/null\n`);
      await chmod(join(folder, name), 0o755);
    }
    const markdown = await readFile('docs/events.md', 'utf8');
    const [topics = '', ...rest] = [...markdown.matchAll(/```bash\n(.*?)```/gs)].map(([, block = '']) => block);
    const env: Record<string, string> = { PATH: `${folder}:${process.env['PATH']}`, BROKER: broker.address };
    await run('bash', ['-ec', topics], { env });

    // The settings of the guide, for this broker.
    const [, ini = ''] = /```ini\n(.*?)```/s.exec(markdown) ?? [];
    const settings = Object.fromEntries(
      ini
        .trim()
        .split('\n')
        .map((line) => line.split('=') as [string, string]),
    );
    const server = await startTestServer({ env: { ...settings, KAFKA_BROKERS: broker.address }, log: () => undefined });
    onTestFinished(() => server.close());
    const { stdout } = await run('bash', ['-ec', rest.join('\n')], { env: { ...env, TAMS: server.baseUrl } });

    const texts = [...markdown.matchAll(/```text\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
    expect(texts).toHaveLength(3);
    const lines = stdout.split('\n');
    for (const text of texts) {
      // What differs each time stands as `...` in the guide; any partition may have the message.
      const parts = text
        .replace('partition:0,offset:0', 'partition:...,offset:...')
        .split('...')
        .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      expect(
        lines.find((line) => new RegExp(`^${parts.join('.*')}$`).test(line)),
        `${text}\nin\n${stdout}`,
      ).toBeDefined();
    }
    expect(stdout).toMatch(/vast-tams +buckets/);
  },
);
