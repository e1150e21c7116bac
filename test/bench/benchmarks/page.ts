import type { Browser, Page } from 'playwright-core';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { findChromium, startChromium } from '../../support/chromium.ts';
import { insertFlows } from '../../support/many-flows.ts';
import type { Benchmark, BenchmarkContext, BenchmarkRow } from '../support/benchmark.ts';
import { flowId } from '../support/dataset.ts';
import { buildTimelines, SEGMENT_NS } from '../support/long-timeline.ts';
import { makeRunDirectory } from '../support/run-directory.ts';
import { startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const FULL = { flows: 100_000, segments: 5_000_000 };
const QUICK = { flows: 1_000, segments: 5_000 };
const LOADS = 7;
const SHOWN_MS = 1_000;
const SERVER_MS = 100;
const SCRIPT_BYTES = 250_000;
const CHROMIUM = findChromium();

/** One load of a page by a browser that has nothing of it yet. */
interface Seen {
  /** Until what the page is for was on it, in milliseconds since the navigation began. */
  readonly shownMs: number;
  readonly firstPaintMs: number;
  /** Of the slowest request to the API: from its being sent to its last byte. */
  readonly serverMs: number;
  /** As they were sent. */
  readonly scriptBytes: number;
}

/** Runs in the page. */
const MEASURED = `(() => {
  const resources = performance.getEntriesByType('resource');
  const isScript = ({ name }) => new URL(name).pathname.endsWith('.js');
  const isApi = ({ name }) => !new URL(name).pathname.startsWith('/ui/');
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  return {
    firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    serverMs: Math.max(...resources.filter(isApi).map(({ requestStart, responseEnd }) => responseEnd - requestStart)),
    scriptBytes: sum(resources.filter(isScript).map(({ encodedBodySize }) => encodedBodySize)),
  };
})()`;

/** How long a person waits for the page: the library of many flows, and a flow of many segments on its timeline. */
export const page: Benchmark = {
  name: 'page',
  missing: CHROMIUM === undefined ? 'Chromium is not installed' : undefined,
  async run(context) {
    const size = context.scale.quick ? QUICK : FULL;
    const directory = makeRunDirectory('tams-bench-page-');
    await fill(context, directory, size);
    const server = await startServer({ DATA_DIR: directory });
    const browser = await startChromium(CHROMIUM ?? '');
    try {
      const library = await loads(browser, `${server.baseUrl}/ui/`, (shown) =>
        shown.locator('.media-table tbody tr td').first().waitFor(),
      );
      // It has a theme once something is drawn.
      const timeline = await loads(browser, `${server.baseUrl}/ui/flows/${flowId(size.flows)}`, (shown) =>
        shown.locator('canvas[role="slider"][data-theme]').waitFor(),
      );
      const scripts = median(library.map(({ scriptBytes }) => scriptBytes));
      return [
        ...rowsOf(`library of ${size.flows.toLocaleString('en')} flows in Chromium`, library),
        ...rowsOf(`timeline of ${size.segments.toLocaleString('en')} segments in Chromium`, timeline),
        {
          what: 'JavaScript that the library loads, compressed',
          target: `< ${SCRIPT_BYTES / 1_000} kB`,
          reached: `${(scripts / 1_000).toFixed(0)} kB`,
          met: scripts < SCRIPT_BYTES,
          medians: 'counted',
        },
      ];
    } finally {
      await browser.close();
      await server.close();
    }
  },
};

async function fill(context: BenchmarkContext, directory: string, { flows, segments }: typeof FULL): Promise<void> {
  const started = performance.now();
  const open = () => openSqliteEngine({ directory: `${directory}/tables`, synchronous: 'normal', cacheMib: 256 });
  // Its number is behind those of the others.
  await buildTimelines(await open(), [{ flow: flows, segments, startNs: (number) => BigInt(number) * SEGMENT_NS }]);
  const manager = await VastDBManager.open(await open(), VAST_STORE_TABLES);
  await insertFlows(manager, flows, (n) => ({ label: `camera ${n}` }));
  await manager.close();
  context.log(`filled the tables: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** The first load is for the compilers and the caches of the server. */
async function loads(browser: Browser, url: string, untilShown: (page: Page) => Promise<void>): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let load = 0; load <= LOADS; load++) {
    const browsing = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const tab = await browsing.newPage();
    const started = performance.now();
    await tab.goto(url, { waitUntil: 'commit' });
    await untilShown(tab);
    const shownMs = performance.now() - started;
    seen.push({ shownMs, ...(await tab.evaluate<Omit<Seen, 'shownMs'>>(MEASURED)) });
    await browsing.close();
  }
  return seen.slice(1);
}

function rowsOf(what: string, seen: readonly Seen[]): BenchmarkRow[] {
  const of = (key: keyof Seen): number => median(seen.map((each) => each[key]));
  const most = (key: keyof Seen): string => Math.max(...seen.map((each) => each[key])).toFixed(0);
  const [shown, server] = [of('shownMs'), of('serverMs')];
  return [
    {
      what: `${what}: until it is shown`,
      target: `< ${SHOWN_MS} ms`,
      reached: `${shown.toFixed(0)} ms`,
      met: shown < SHOWN_MS,
      medians: `first paint ${of('firstPaintMs').toFixed(0)} ms; the slowest of ${seen.length} loads ${most('shownMs')} ms`,
    },
    {
      what: `${what}: the server's slowest answer`,
      target: `< ${SERVER_MS} ms`,
      reached: `${server.toFixed(0)} ms`,
      met: server < SERVER_MS,
      medians: `the slowest of ${seen.length} loads ${most('serverMs')} ms`,
    },
  ];
}
