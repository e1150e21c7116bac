import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { IngestFolder } from '../../../../mgmt/ingest/ingest-folder.ts';
import { makePlan } from '../../../../mgmt/ingest/make-plan.ts';
import type { IngestPlan, IngestSettings } from '../../../../mgmt/ingest/plan.ts';
import { transfer } from '../../../../mgmt/ingest/transfer.ts';
import { checkFile } from '../../../../mgmt/outgest/check.ts';
import { outgest } from '../../../../mgmt/outgest/outgest.ts';
import type { TrackSummary } from '../../../../mgmt/outgest/track-summary.ts';
import { SILENT } from '../../../../mgmt/progress.ts';
import { TamsClient as MgmtClient } from '../../../../mgmt/tams-client/tams-client.ts';
import { TimeRange } from '../../../../src/shared/time/timerange.ts';
import { TamsClient } from '../../../support/tams-client.ts';
import { startTestServer, type TestServer } from '../../../support/test-server.ts';

const SEGMENT_NS = 1_000_000_000n;

export interface IngestedFlow {
  readonly id: string;
  readonly format: string;
  readonly codec?: string;
  readonly container?: string;
  readonly avg_bit_rate?: number;
  readonly max_bit_rate?: number;
  readonly essence_parameters: Readonly<Record<string, unknown>>;
  readonly flow_collection?: readonly { readonly id: string; readonly role: string }[];
}

interface IngestOptions extends Partial<IngestSettings> {
  readonly ready?: boolean;
  /** What an earlier run has left, before anything is sent. */
  readonly before?: (state: IngestFolder, plan: Omit<IngestPlan, 'fingerprint'>) => Promise<void>;
}

/** A folder, and a server that media go into and come out of, within this process as the commands do it. */
export class Workspace {
  readonly folder: string;
  readonly server: TestServer;
  readonly tams: TamsClient;
  readonly #client: MgmtClient;
  #states = 0;

  private constructor(folder: string, server: TestServer) {
    this.folder = folder;
    this.server = server;
    this.tams = new TamsClient(server.baseUrl);
    this.#client = new MgmtClient(server.baseUrl, { scheme: 'none' });
  }

  /** @param version of TAMS that the server speaks at its root; 7.0 by default */
  static async open(version?: string): Promise<Workspace> {
    const folder = await mkdtemp(join(tmpdir(), 'tams-ingest-'));
    const env = { TABLE_ENGINE: 'sqlite', ...(version !== undefined && { API_VERSION: version }) };
    return new Workspace(folder, await startTestServer({ env }));
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** @returns the flow that stands for the whole. */
  async ingest(inputs: readonly string[], { ready = false, before, ...settings }: IngestOptions = {}): Promise<string> {
    const state = new IngestFolder(join(this.folder, `state-${this.#states++}`));
    try {
      const made = await makePlan(inputs, ready, await state.freshSegments(), {
        segmentNs: SEGMENT_NS,
        ...settings,
      });
      await before?.(state, made);
      const result = await transfer(this.#client, state, { fingerprint: '', ...made }, 4, SILENT);
      expect(result.present).toBe(0);
      return made.flows.at(-1)?.id ?? '';
    } finally {
      await state.close();
    }
  }

  async flow(id: string): Promise<IngestedFlow> {
    return (await this.tams.request<IngestedFlow>('GET', `/flows/${id}`)).body;
  }

  /** The flows that a flow collects, in order. */
  async members(id: string): Promise<IngestedFlow[]> {
    const { flow_collection: members = [] } = await this.flow(id);
    return Promise.all(members.map((member) => this.flow(member.id)));
  }

  /** Makes a file, which is checked. */
  async out(flowId: string, name: string, timerange = '_'): Promise<{ file: string; tracks: readonly TrackSummary[] }> {
    const file = join(this.folder, name);
    const { tracks } = await outgest(this.#client, { flowId, timerange, out: file, parallel: 3 }, SILENT);
    expect(await checkFile(file, tracks)).toEqual([]);
    return { file, tracks };
  }

  /** The parts of the timeline that a flow's segments are on, each of which begins where the one before ends. */
  async rangesWithoutGaps(flowId: string): Promise<TimeRange[]> {
    const ranges = (await this.tams.listSegments(flowId)).map(({ timerange }) => TimeRange.parse(timerange));
    ranges.slice(1).forEach((range, index) => expect(range.startNs).toBe(ranges[index]?.endNs));
    return ranges;
  }
}
