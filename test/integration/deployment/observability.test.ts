import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { type MetricsText, readMetrics } from '../operation/support/metrics-text.ts';
import { metricUses } from './support/metric-names.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

/** What Prometheus and its operator add. */
const OF_PROMETHEUS = new Set(['instance', 'job', 'le', 'namespace']);

const readYaml = (file: string): unknown => parse(readFileSync(file, 'utf8'));
const { groups } = readYaml('helm/vast-tams/files/alerts.yaml') as { groups: readonly { rules: readonly Alert[] }[] };
const alerts = groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(readFileSync('helm/vast-tams/files/dashboard.json', 'utf8')) as { panels: Panel[] };
const charts = dashboard.panels.filter((panel) => panel.targets !== undefined);

/** The labels of our metrics, of whose names and types another test knows that they are those of /metrics. */
const documentedLabels = new Map(
  [...readFileSync('docs/operations.md', 'utf8').matchAll(/^\| `(tams_\w+)` *\| \w+ *\| ([\w, ]*)\|/gm)].map(
    ([, name = '', labels = '']) => [name, labels.split(',').map((label) => label.trim())],
  ),
);

describe('alerts and dashboard', () => {
  let server: TestServer;
  let metrics: MetricsText;
  beforeAll(async () => {
    server = await startTestServer({
      env: { LOG_LEVEL: 'silent', KAFKA_BROKERS: '127.0.0.1:1', KAFKA_EVENTS_TOPIC: 'events' },
    });
    metrics = await readMetrics(server.baseUrl);
  });
  afterAll(() => server.close());

  const familyOf = (metric: string): string | undefined => {
    if (metrics.families.has(metric)) return metric;
    // Servers of several processes alone have these; test/acceptance/workers.test.ts reads them.
    if (metric.startsWith('tams_process_') && documentedLabels.has(metric)) return metric;
    const family = metric.replace(/_(bucket|sum|count)$/, '');
    return metrics.families.get(family)?.type === 'histogram' ? family : undefined;
  };
  const problems = (expression: string): string[] =>
    metricUses(expression).flatMap(({ metric, labels }) => {
      if (metric === 'up') return [];
      const family = familyOf(metric);
      if (family === undefined) return [`${metric} is not exported`];
      const known = documentedLabels.get(family) ?? [];
      const unknown = labels.filter((label) => !OF_PROMETHEUS.has(label) && !known.includes(label));
      return unknown.map((label) => `${metric} has no label ${label}`);
    });

  it.each(alerts.map(({ alert, expr }) => ({ alert, expr })))('$alert reads what the server exports', ({ expr }) => {
    expect(metricUses(expr).length).toBeGreaterThan(0);
    expect(problems(expr)).toEqual([]);
  });

  it('the dashboard reads what the server exports', () => {
    const expressions = charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(25);
    expect(expressions.flatMap((expression) => problems(expression))).toEqual([]);
  });

  it('what the server does not export is found', () => {
    expect(problems('rate(tams_nothing_total{instance="a"}[5m]) > 0')).toEqual(['tams_nothing_total is not exported']);
    expect(problems('sum by (colour) (tams_info{version="1"})')).toEqual(['tams_info has no label colour']);
    expect(problems('tams_outbox_events_bucket')).toEqual(['tams_outbox_events_bucket is not exported']);
  });

  it('each alert says how bad it is, how long it lasts, what it means and what to do', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { alert, for: lasting, labels, annotations } of alerts) {
      expect(lasting, alert).toMatch(/^\d+[mh]$/);
      expect(labels.severity, alert).toMatch(/^(critical|warning)$/);
      expect(annotations.summary.length, alert).toBeGreaterThan(10);
      expect(annotations.description, alert).toMatch(/\.$/);
    }
  });

  it('the panels of the dashboard do not lie over each other, and each has a title of its own', () => {
    expect(new Set(dashboard.panels.map(({ title }) => title)).size).toBe(dashboard.panels.length);
    for (const [index, { gridPos: a }] of dashboard.panels.entries()) {
      expect(a.x + a.w).toBeLessThanOrEqual(24);
      for (const { gridPos: b } of dashboard.panels.slice(index + 1)) {
        expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true);
      }
    }
  });

  it('Prometheus, Alertmanager and Grafana read each other and the same files', () => {
    const prometheus = readYaml('docker/observability/prometheus.yaml') as {
      rule_files: string[];
      scrape_configs: { job_name: string }[];
    };
    const { services } = readYaml('docker/compose.observability.yaml') as {
      services: Record<string, { volumes?: string[] }>;
    };
    expect(services['prometheus']?.volumes).toContain(
      `../helm/vast-tams/files/alerts.yaml:${prometheus.rule_files[0] ?? ''}:ro`,
    );
    expect(JSON.stringify(prometheus)).toContain('alertmanager:9093');
    const down = alerts.find(({ alert }) => alert === 'TamsDown');
    const [, pattern = ''] = /job=~"([^"]+)"/.exec(down?.expr ?? '') ?? [];
    expect(prometheus.scrape_configs.map(({ job_name: job }) => new RegExp(`^${pattern}$`).test(job))).toEqual([true]);
  });
});
