import { Environment } from './config/environment.ts';
import { VARIABLES } from './config/variables.ts';
import { FEATURES } from './features.ts';
import type { AnyFeature } from './features/feature.ts';
import { isLoopback } from './shared/loopback.ts';
import { readSettings, type Settings } from './tams/settings.ts';

export { ConfigError } from './config/environment.ts';

type FeatureSettings = { readonly [Name in keyof typeof FEATURES]: ReturnType<(typeof FEATURES)[Name]['settings']> };

/** Everything that can be configured, deeply frozen. `.env.example` says what each variable means. */
export interface Config extends Settings {
  readonly http: Settings['http'] & {
    readonly corsOrigins: '*' | 'loopback' | readonly string[];
    /** Whether requests for other hosts than this machine and that of `publicUrl` are refused. */
    readonly checkHost: boolean;
  };
  readonly features: FeatureSettings;
}

/** Every variable that the server reads. */
export const ALL_VARIABLES: readonly string[] = [
  ...VARIABLES,
  ...Object.values<AnyFeature>(FEATURES).flatMap(({ variables = [] }) => variables),
];

/**
 * Reads the configuration from the environment, and from the files that it names.
 *
 * @throws ConfigError, whose message is one line without secrets, for the first wrong variable.
 */
export function loadConfig(variables: NodeJS.ProcessEnv): Config {
  const env = new Environment(variables);
  const settings = readSettings(env);
  const features = Object.fromEntries(
    Object.entries<AnyFeature>(FEATURES).map(([name, feature]) => [name, feature.settings(env, settings)]),
  ) as FeatureSettings;
  // Without credentials everybody on this machine is let in, and any page that its users visit could call the server.
  const isGuarded = Object.entries<AnyFeature>(FEATURES).some(
    ([name, feature]) => feature.guards?.(features[name as keyof FeatureSettings]) === true,
  );
  const isPrivate = !isGuarded && isLoopback(settings.http.host);
  const { corsOrigins = isPrivate ? 'loopback' : '*' } = settings.http;
  const checkHost = isPrivate && settings.http.corsOrigins !== '*';
  return deepFreeze({ ...settings, http: { ...settings.http, corsOrigins, checkHost }, features });
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part as object);
  }
  return Object.freeze(value);
}
