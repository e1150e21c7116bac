import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { unknownVariables } from '../../../src/config/unknown-variables.ts';
import { ALL_VARIABLES } from '../../../src/settings.ts';

const likely = (...names: string[]): Record<string, string> =>
  Object.fromEntries(
    unknownVariables(Object.fromEntries(names.map((name) => [name, 'value'])), ALL_VARIABLES).map((each) => [
      each.name,
      each.likely,
    ]),
  );

describe('variables that nobody reads', () => {
  it('are known by the list of .env.example', () => {
    const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
    expect([...ALL_VARIABLES].sort()).toEqual(Object.keys(parseEnv(example)).sort());
  });

  it('are told, with the one that was likely meant', () => {
    expect(
      likely('AUTH_MOD', 'DATADIR', 'LOG_LEVLE', 'S3_SECRET_KEY', 'VAST_ENDPOINT', 'PRESIGN_EXPIRES', 'tams'),
    ).toEqual({
      AUTH_MOD: 'AUTH_MODE',
      DATADIR: 'DATA_DIR',
      LOG_LEVLE: 'LOG_LEVEL',
      S3_SECRET_KEY: expect.stringMatching(/^S3_|SECRET_KEY$/) as string,
      VAST_ENDPOINT: 'VAST_ENDPOINTS',
      PRESIGN_EXPIRES: 'PRESIGN_EXPIRES_S',
    });
    expect(likely('table_engine', 'Media_Store')).toEqual({ table_engine: 'TABLE_ENGINE', Media_Store: 'MEDIA_STORE' });
  });

  it('are not those that are known, are empty, or belong to others', () => {
    expect(likely(...ALL_VARIABLES)).toEqual({});
    expect(unknownVariables({ AUTH_MOD: '', AUTH_MODS: undefined }, ALL_VARIABLES)).toEqual([]);
    const ofOthers = `
      HOME HOSTNAME HOSTTYPE PATH PWD OLDPWD USER LOGNAME SHELL SHLVL TERM LANG LC_ALL TZ TMPDIR EDITOR PAGER MAIL _ PS1 DISPLAY
      COLORTERM COLUMNS LINES SSH_AUTH_SOCK SSH_CONNECTION XDG_RUNTIME_DIR XDG_DATA_DIRS XDG_DATA_HOME DBUS_SESSION_BUS_ADDRESS
      LOGS_DIRECTORY STATE_DIRECTORY CONFIGURATION_DIRECTORY INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET LISTEN_FDS MAINPID
      NODE_ENV NODE_OPTIONS NODE_VERSION NODE_EXTRA_CA_CERTS NODE_PATH YARN_VERSION INIT_CWD npm_command npm_config_cache
      npm_lifecycle_event npm_node_execpath npm_package_name npm_execpath COREPACK_ENABLE NVM_DIR VOLTA_HOME UV_THREADPOOL_SIZE
      HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy ALL_PROXY CURL_CA_BUNDLE SSL_CERT_FILE REQUESTS_CA_BUNDLE
      AWS_REGION AWS_DEFAULT_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_ROLE_ARN
      AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_CONFIG_FILE
      OTEL_EXPORTER_OTLP_HEADERS OTEL_TRACES_SAMPLER OTEL_TRACES_SAMPLER_ARG OTEL_RESOURCE_ATTRIBUTES OTEL_SDK_DISABLED
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL OTEL_LOG_LEVEL
      KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_PORT KUBERNETES_PORT_443_TCP_ADDR POD_NAME POD_NAMESPACE POD_IP
      VAST_TAMS_SERVICE_HOST VAST_TAMS_SERVICE_PORT VAST_TAMS_SERVICE_PORT_HTTP VAST_TAMS_PORT VAST_TAMS_PORT_80_TCP
      VAST_TAMS_PORT_80_TCP_ADDR VAST_TAMS_PORT_80_TCP_PORT VAST_TAMS_PORT_80_TCP_PROTO S3_SERVICE_HOST S3_PORT SEARCH_PORT
      S3_PORT_9000_TCP S3_NAME S3_ENV_MINIO_ROOT_USER
      DOCKER_HOST COMPOSE_PROJECT_NAME COMPOSE_FILE BUILDKIT_PROGRESS CI GITHUB_TOKEN GITHUB_ACTIONS GITLAB_CI CI_JOB_TOKEN
      RUNNER_TEMP JENKINS_URL BUILD_ID VITEST VITEST_WORKER_ID TEST DEBUG FORCE_COLOR NO_COLOR DEBIAN_FRONTEND container
      MEDIA_ROOT SEGMENT_KEY DATABASE_URL REDIS_URL SECRET_KEY_BASE PGHOST PGPORT API_URL BASE_URL PUBLIC_DIR PORTS HOSTS`;
    expect(likely(...ofOthers.trim().split(/\s+/))).toEqual({});
  });
});
