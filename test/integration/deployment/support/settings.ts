import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The variables that the server reads; a test of the configuration holds .env.example to them. */
export const SERVER_VARIABLES: ReadonlySet<string> = new Set(
  Object.keys(parseEnv(readFileSync('.env.example', 'utf8'))),
);

/** Variables of Node.js and of OpenTelemetry's SDK that docs/operations.md and the README name beside them. */
export const OTHER_VARIABLES: ReadonlySet<string> = new Set([
  'NODE_EXTRA_CA_CERTS',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
]);
