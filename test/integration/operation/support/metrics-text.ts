import { call } from '../../../support/http-client.ts';

export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? ([-+]?(?:\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?|Inf|NaN))$`, 'i');
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** Metrics in the text format of Prometheus, version 0.0.4, read strictly. */
export class MetricsText {
  readonly families = new Map<string, MetricFamily>();

  /** Throws, naming the line, for anything that the format does not allow. */
  constructor(text: string) {
    if (!text.endsWith('\n')) throw new Error('The last line does not end');
    let family: MetricFamily | undefined;
    let help: { name: string; text: string } | undefined;
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const helped = new RegExp(`^# HELP (${NAME}) (.+)$`).exec(line);
      const typed = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`).exec(line);
      if (helped !== null) {
        help = { name: helped[1] ?? '', text: helped[2] ?? '' };
      } else if (typed !== null) {
        const [, name = '', type = ''] = typed;
        if (help?.name !== name) throw new Error(`There is no help before: ${line}`);
        if (this.families.has(name)) throw new Error(`A second time: ${line}`);
        family = { name, type, help: help.text, samples: [] };
        this.families.set(name, family);
      } else if (family === undefined) throw new Error(`A sample without a family: ${line}`);
      else family.samples.push(readSample(line, family));
    }
    for (const each of this.families.values()) checkFamily(each);
  }

  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const samples = [...this.families.values()].flatMap((family) => family.samples);
    const found = samples.filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
    if (found.length !== 1) throw new Error(`${found.length} samples are ${name} ${JSON.stringify(labels)}`);
    return found[0]?.value ?? NaN;
  }
}

export async function readMetrics(baseUrl: string): Promise<MetricsText> {
  const { status, headers, text } = await call(baseUrl, 'GET', '/metrics');
  if (status !== 200) throw new Error(`/metrics was answered with ${status}`);
  if (headers.get('content-type') !== 'text/plain; version=0.0.4; charset=utf-8') throw new Error('not as Prometheus');
  return new MetricsText(text);
}

function readSample(line: string, { name: family, type }: MetricFamily): Sample {
  const [, name = '', labelText, value = ''] = SAMPLE.exec(line) ?? [];
  const names = (SUFFIXES[type] ?? ['']).map((suffix) => family + suffix);
  if (!names.includes(name)) throw new Error(`Not a sample of ${family}: ${line}`);
  return { name, labels: readLabels(labelText ?? '', line), value: Number(value.replace(/Inf/, 'Infinity')) };
}

function readLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? [];
    if (name === '' || name in labels) throw new Error(`Wrong labels: ${line}`);
    labels[name] = value;
  }
  return labels;
}

/** No two samples of the same labels; buckets that rise up to the count. */
function checkFamily({ name, type, samples }: MetricFamily): void {
  const keys = samples.map((sample) => sample.name + JSON.stringify(Object.entries(sample.labels).sort()));
  if (new Set(keys).size !== keys.length) throw new Error(`${name} has the same sample twice`);
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} is negative`);
  if (type !== 'histogram') return;
  const series = Map.groupBy(samples, ({ labels: { le: _le, ...labels } }) => JSON.stringify(labels));
  for (const [labels, values] of series) {
    const buckets = values.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map((sample) => Number((sample.labels['le'] ?? '').replace('+Inf', 'Infinity')));
    const rising = (list: number[]) => list.every((value, index) => index === 0 || value >= (list[index - 1] ?? 0));
    const count = values.find((sample) => sample.name === `${name}_count`)?.value;
    if (!rising(bounds) || !rising(buckets.map(({ value }) => value)) || bounds.at(-1) !== Infinity) {
      throw new Error(`${name} ${labels} has buckets out of order`);
    }
    if (buckets.at(-1)?.value !== count) throw new Error(`${name} ${labels} does not count all`);
  }
}
