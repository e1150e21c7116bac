import type { Logger } from 'pino';
import { pino, stdSerializers } from 'pino';
import { redactUrl } from './redact-url.ts';

/** Headers that carry credentials, wherever a log line may hold them. */
const SECRETS = ['authorization', 'cookie', '["proxy-authorization"]', '["set-cookie"]'].flatMap((name) => {
  const property = name.startsWith('[') ? name : `.${name}`;
  return [`headers${property}`, `*.headers${property}`, `*.*.headers${property}`];
});

/** A JSON logger of the given level that never prints credentials, tokens or signatures of URLs. */
export function createLogger(level: string, destination?: { write(line: string): void }): Logger {
  return pino(
    {
      level,
      redact: { paths: SECRETS, censor: '[redacted]' },
      serializers: {
        err: stdSerializers.err,
        url: (url: unknown) => (typeof url === 'string' ? redactUrl(url) : url),
      },
    },
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
}
