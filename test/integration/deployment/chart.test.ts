import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../../src/settings.ts';
import { startTestServer } from '../../support/test-server.ts';
import { findHelm, findModuleFile, helm } from './support/go-tools.ts';
import { KubernetesSchema, type Manifest } from './support/kubernetes-schema.ts';
import { OTHER_VARIABLES, SERVER_VARIABLES } from './support/settings.ts';

const CHART = 'helm/vast-tams';
const EXAMPLES = ['embedded', 'cluster', 'identity-provider', 'postgres'];
const DATABASE_URL = 'postgresql://tams:of-the-secret@postgres.example/tams';
const ENGINES = new Map([
  ['embedded', 'sqlite'],
  ['postgres', 'postgres'],
]);

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}
interface Container {
  readonly image: string;
  readonly env: readonly EnvironmentVariable[];
  readonly securityContext: object;
}
interface Workload extends Manifest {
  readonly spec: {
    readonly replicas?: number;
    readonly strategy: { readonly type: string };
    readonly template: {
      readonly spec: {
        readonly containers: readonly Container[];
        readonly securityContext: object;
        readonly terminationGracePeriodSeconds: number;
      };
    };
  };
}

const binary = findHelm();
const definitions = findModuleFile('k8s.io/cli-runtime@*/artifacts/openapi/swagger.json');
const installed = binary !== undefined && definitions !== undefined;
if (!installed) console.warn('Tests of the chart are skipped: .ci/deployment-tools.sh installs Helm, which they need.');

describe.skipIf(!installed)('the chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tams-chart-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]): string => helm(binary ?? '', ...args);
  // Helm that was built from its sources does not know of which Kubernetes it is.
  const render = (...args: string[]): Manifest[] =>
    parseAllDocuments(run('template', 'release', CHART, '--kube-version', '1.31.0', ...args))
      .map((document) => document.toJS() as Manifest | null)
      .filter((manifest) => manifest !== null);
  const renderExample = (name: string, ...args: string[]): Manifest[] =>
    render('--values', `${CHART}/examples/${name}.yaml`, ...args);
  const renderWith = (values: object): Manifest[] => {
    const file = join(folder, 'values.json');
    writeFileSync(file, JSON.stringify(values));
    return render('--values', file);
  };
  const find = (manifests: readonly Manifest[], kind: string): Manifest => {
    const found = manifests.filter((manifest) => manifest.kind === kind);
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} objects are of kind ${kind}`);
    return found[0];
  };
  const workload = (manifests: readonly Manifest[]): Workload => find(manifests, 'Deployment') as Workload;
  const environment = (manifests: readonly Manifest[]): readonly EnvironmentVariable[] =>
    workload(manifests).spec.template.spec.containers[0]?.env ?? [];

  it.each(EXAMPLES)('passes the linter with the values of %s', (name) => {
    expect(run('lint', CHART, '--strict', '--values', `${CHART}/examples/${name}.yaml`)).toContain('0 chart(s) failed');
  });

  it.each(EXAMPLES)('makes objects that Kubernetes knows, with the values of %s', (name) => {
    const schema = new KubernetesSchema(definitions ?? '');
    const manifests = renderExample(name);
    const ofOperator = ['PrometheusRule', 'ServiceMonitor'];
    expect(manifests.length).toBeGreaterThan(4);
    for (const manifest of manifests) {
      const expected = ofOperator.includes(manifest.kind) ? undefined : [];
      expect(schema.problems(manifest), `${manifest.kind} ${manifest.metadata.name}`).toEqual(expected);
    }
    const broken = { ...workload(manifests), spec: { replicas: 'two', template: {}, strategi: {} } };
    expect(schema.problems(broken)?.sort()).toEqual([
      expect.stringMatching(/^\/spec must NOT have additional properties .*strategi/),
      expect.stringMatching(/^\/spec must have required property 'selector'/),
      expect.stringMatching(/^\/spec\/replicas must be integer/),
    ]);
  });

  it.each(EXAMPLES)('sets variables that the server knows, and starts with, for %s', (name) => {
    const variables = environment(renderExample(name));
    const names = variables.map((variable) => variable.name);
    expect(names.filter((each) => !SERVER_VARIABLES.has(each) && !OTHER_VARIABLES.has(each))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    const values = variables.map(({ name: each, value }) => [
      each,
      value ?? (each === 'DATABASE_URL' ? DATABASE_URL : 'of-the-secret-of-the-secret-of-the-secret'),
    ]);
    const config = loadConfig(Object.fromEntries(values) as Record<string, string>);
    expect(config.tables.engine).toBe(ENGINES.get(name) ?? 'vast');
    const { terminationGracePeriodSeconds } = workload(renderExample(name)).spec.template.spec;
    expect(terminationGracePeriodSeconds * 1000).toBeGreaterThan(config.operation.stopDelayMs + 30_000);
  });

  it('can set every variable of the server, secrets from a Secret only', () => {
    const { properties } = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as {
      properties: { config: { propertyNames: { enum: string[] } } };
    };
    const settable = properties.config.propertyNames.enum;
    const ownVariables = ['HOST', 'PORT', 'METRICS_PORT', 'DATA_DIR', 'TABLE_ENGINE', 'STOP_DELAY_S'];
    const secrets = [...SERVER_VARIABLES].filter((name) =>
      /(^|_)(KEY|KEY_ID|TOKEN|PASSWORD)$|^DATABASE.*_URL$/.test(name),
    );
    expect(secrets).toEqual(expect.arrayContaining(['SECRET_KEY', 'S3_SECRET_ACCESS_KEY', 'S3_SESSION_TOKEN']));
    expect([...settable, ...ownVariables, ...secrets].sort()).toEqual([...SERVER_VARIABLES].sort());
    const config = Object.fromEntries(settable.map((name) => [name, 'x']));
    const variables = environment(renderWith({ config, existingSecret: 'keys', secretKeys: secrets }));
    expect(variables.map(({ name }) => name).sort()).toEqual([...SERVER_VARIABLES].sort());
    for (const name of secrets) {
      expect(variables).toContainEqual({ name, valueFrom: { secretKeyRef: { name: 'keys', key: name } } });
    }
    // A secret, what the chart sets itself, and a slip of the pen.
    for (const name of ['SECRET_KEY', 'PORT', 'S3_BUKET']) {
      expect(() => renderWith({ config: { ...config, [name]: 'x' } }), name).toThrow(/invalid propertyName/);
    }
  });

  it('writes numbers and booleans as they are', () => {
    const config = { AUTH_MODE: 'none', MEDIA_OBJECT_MAX_BYTES: 5_368_709_120, PAGE_LIMIT_MAX: 0, SOFT_DELETE: false };
    const variables = environment(renderWith({ config }));
    expect(variables).toEqual(
      expect.arrayContaining(Object.entries(config).map(([name, value]) => ({ name, value: String(value) }))),
    );
  });

  it('refuses what the server would refuse, and what would lose data or share secrets', () => {
    const cluster = parse(readFileSync(`${CHART}/examples/cluster.yaml`, 'utf8')) as {
      config: Record<string, unknown>;
      secretKeys: string[];
    };
    const withoutSecret = { ...cluster, secretKeys: cluster.secretKeys.filter((key) => key !== 'SECRET_KEY') };
    expect(() => renderWith({})).toThrow(/config.AUTH_MODE is not set/);
    expect(() => renderWith(withoutSecret)).toThrow(/mode cluster needs SECRET_KEY/);
    expect(() => renderWith({ ...cluster, existingSecret: '' })).toThrow(/existingSecret does not say/);
    expect(() => renderWith({ ...cluster, config: { ...cluster.config, MEDIA_STORE: 'local' } })).toThrow(
      /object store/,
    );
    expect(() => renderWith({ ...cluster, config: { ...cluster.config, VAST_SCHEMA: '' } })).toThrow(/VAST_SCHEMA/);
    const postgres = parse(readFileSync(`${CHART}/examples/postgres.yaml`, 'utf8')) as { config: object };
    expect(() => renderWith({ ...postgres, secretKeys: ['SECRET_KEY'] })).toThrow(/mode postgres needs DATABASE_URL/);
    expect(() => renderWith({ ...postgres, config: { ...postgres.config, MEDIA_STORE: 'local' } })).toThrow(
      /mode postgres keeps media in an object store/,
    );
    expect(() => renderExample('embedded', '--set', 'replicas=3')).toThrow(/'replicas' not allowed/);
  });

  it('runs one pod on a volume, or as many as there is load for', () => {
    const embedded = renderExample('embedded');
    expect(workload(embedded).spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(find(embedded, 'PersistentVolumeClaim').metadata).toMatchObject({
      annotations: { 'helm.sh/resource-policy': 'keep' },
    });
    const cluster = renderExample('cluster');
    expect(workload(cluster).spec).toMatchObject({ strategy: { type: 'RollingUpdate' } });
    // The autoscaler's number would be undone at every upgrade.
    expect(workload(cluster).spec).not.toHaveProperty('replicas');
    const target = (name: string, averageUtilization: number) => ({
      resource: { name, target: { type: 'Utilization', averageUtilization } },
    });
    expect(find(cluster, 'HorizontalPodAutoscaler')).toMatchObject({
      spec: { minReplicas: 2, maxReplicas: 10, metrics: [target('cpu', 70), target('memory', 80)] },
    });
    expect(find(cluster, 'PodDisruptionBudget')).toMatchObject({ spec: { maxUnavailable: 1 } });
    const postgres = renderExample('postgres');
    expect(workload(postgres).spec).toMatchObject({ strategy: { type: 'RollingUpdate' } });
    expect(find(postgres, 'HorizontalPodAutoscaler')).toMatchObject({ spec: { maxReplicas: 4 } });
    expect(find(postgres, 'NetworkPolicy')).toMatchObject({ spec: { policyTypes: ['Ingress', 'Egress'] } });
    const kinds = embedded.map(({ kind }) => kind);
    expect(kinds).not.toContain('HorizontalPodAutoscaler');
    expect(kinds).not.toContain('PodDisruptionBudget');
  });

  it.each(EXAMPLES)('gives its pods no rights that they do not need, with the values of %s', (name) => {
    const manifests = renderExample(name);
    const pods = [workload(manifests).spec.template.spec, (find(manifests, 'Pod') as unknown as Workload).spec];
    for (const pod of pods) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      });
    }
    expect(find(manifests, 'NetworkPolicy')).toBeDefined();
  });

  it('is tested by a pod that finds out whether the server serves', async () => {
    const pod = find(renderExample('embedded', '--set', 'config.AUTH_MODE=none'), 'Pod') as unknown as {
      spec: { containers: [{ command: string[]; args: string[]; env: EnvironmentVariable[] }] };
    };
    const [{ command, args, env }] = pod.spec.containers;
    expect(command[0]).toBe('node');
    expect(env).toContainEqual({ name: 'EXPECTED', value: '200' });
    const server = await startTestServer();
    onTestFinished(() => server.close());
    const runTest = (EXPECTED: string) =>
      promisify(execFile)(process.execPath, [...command.slice(1), ...args], {
        env: { TAMS: server.baseUrl, EXPECTED },
      });
    expect((await runTest('200')).stdout).toBe('/readyz 200\n/service 200\n');
    await expect(runTest('401')).rejects.toThrow('/service was answered with 200, not 401');
  });

  it('hands the alerts and the dashboard over as they are', () => {
    const manifests = renderExample('cluster');
    expect(find(manifests, 'PrometheusRule')).toMatchObject({
      spec: parse(readFileSync(`${CHART}/files/alerts.yaml`, 'utf8')) as object,
    });
    const { data } = find(manifests, 'ConfigMap') as unknown as { data: Record<string, string> };
    expect(JSON.parse(data['vast-tams.json'] ?? '')).toEqual(
      JSON.parse(readFileSync(`${CHART}/files/dashboard.json`, 'utf8')),
    );
    // The job that TamsDown looks for, however the release is named.
    const monitor = find(renderExample('cluster', '--set', 'fullnameOverride=store'), 'ServiceMonitor');
    const relabelings = [{ targetLabel: 'job', replacement: 'vast-tams' }];
    expect(monitor).toMatchObject({ spec: { endpoints: [{ port: 'metrics', relabelings }] } });
  });
});
