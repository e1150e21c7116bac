import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';

const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md')];
/** Of Node.js, of OpenTelemetry's SDK, and of what builds the image. */
const OTHER_VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'NODE_IMAGE',
  'NODE_OPTIONS',
  'ONNXRUNTIME_NODE_INSTALL',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
];

const read = (page: string): string => readFileSync(page, 'utf8');

/** The anchors of a page, as GitHub makes them of its headings. */
const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the documentation', () => {
  it.each(PAGES)('%s links to pages, files and headings that are there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    for (const link of links.filter((one) => !/^https?:/.test(one))) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect(existsSync(target), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
    }
  });

  it('has every guide in the README', () => {
    const readme = read('README.md');
    for (const page of globSync('docs/*.md')) expect(readme).toContain(`(${page})`);
  });

  it('has every decision in their list', () => {
    const list = read('docs/adr/README.md');
    for (const page of globSync('docs/adr/0*.md')) expect(list).toContain(`(${basename(page)})`);
  });

  it('says where to put what, by files and folders that there are', () => {
    const [, commonest = ''] = /^## Where do I put\.{3}$(.+?)^## /ms.exec(read('CONTRIBUTING.md')) ?? [];
    expect(commonest.match(/^### /gm)).toHaveLength(6);
    const section = commonest + read('docs/development/rarer-changes.md');
    const named = [...section.matchAll(/`([\w./*-]+(?:\/|\.(?:tsx?|json|yaml|md))[\w./*-]*)`/g)].map(([, path = '']) =>
      path.replaceAll('NAME', '*').replace(/\/$/, ''),
    );
    expect(named.length).toBeGreaterThan(60);
    const isThere = (path: string): boolean => globSync([path, `{src,test,helm,web/src}/**/${path}`]).length > 0;
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });

  // The benchmarks name those of tests.
  const named = ['README.md', ...globSync('docs/*.md')].filter((page) => page !== 'docs/benchmarks.md');
  it.each(named)('%s names variables that there are', (page) => {
    const known = [...Object.keys(parseEnv(read('.env.example'))), ...OTHER_VARIABLES];
    // The first column of such a table has the settings of an earlier system.
    const text = read(page).replace(/^\| setting of .*(?:\n\|.*)+/gm, (table) => table.replace(/^\|[^|]*/gm, ''));
    const names = [...text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)[`=]/g)].map(([, name = '']) => name);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });
});
