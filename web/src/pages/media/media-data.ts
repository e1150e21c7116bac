import { signal } from '@preact/signals';
import { dataOf, pageOf, tams } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import type { FrameRate } from '../../time/shown-time.ts';
import type { Subject } from '../../timeline/timeline-data.ts';

export type Flow = components['schemas']['Flow'];
export type Source = components['schemas']['Source'];

/** Flows of a source that the page names; the timeline has fewer lanes. */
const FLOWS = 100;

/** A flow or a source as the page shows it, with the flows of its timeline. */
export class MediaData {
  readonly flow = signal<Flow | undefined>(undefined);
  readonly source = signal<Source | undefined>(undefined);
  /** Those of the source, or the flow itself; then those that they collect. */
  readonly flows = signal<readonly Flow[]>([]);
  readonly error = signal<unknown>(undefined);
  readonly subject: Subject;

  constructor(subject: Subject) {
    this.subject = subject;
  }

  async load(): Promise<void> {
    const { kind, id } = this.subject;
    try {
      if (kind === 'flow') {
        const flow = await dataOf(tams.GET('/flows/{flowId}', { params: { path: { flowId: id } } }));
        this.#take([flow, ...(await membersOf([flow]))]);
        if (isOther(flow, this.flow.peek())) this.flow.value = flow;
      } else {
        const [source, { items }] = await Promise.all([
          dataOf(tams.GET('/sources/{sourceId}', { params: { path: { sourceId: id } } })),
          pageOf(tams.GET('/flows', { params: { query: { source_id: id, limit: FLOWS } } })),
        ]);
        this.#take([...items, ...(await membersOf(items))]);
        if (isOther(source, this.source.peek())) this.source.value = source;
      }
      this.error.value = undefined;
    } catch (error) {
      this.error.value = error;
    }
  }

  #take(flows: readonly Flow[]): void {
    if (isOther(flows, this.flows.peek())) this.flows.value = flows;
  }

  /** The flow or the source; undefined until it is there. */
  get document(): Flow | Source | undefined {
    return this.flow.value ?? this.source.value;
  }
}

/** A look that finds the same changes nothing that is shown. */
const isOther = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);

/** The flows that these collect. */
async function membersOf(flows: readonly Flow[]): Promise<readonly Flow[]> {
  const collectors = flows.filter(({ flow_collection: members = [] }) => members.length > 0).map(({ id }) => id);
  if (collectors.length === 0) return [];
  const query = { collected_by_ids: collectors.join(), limit: FLOWS };
  return (await pageOf(tams.GET('/flows', { params: { query } }))).items;
}

/** The frame rate of the first flow with pictures. */
export function rateOf(flows: readonly Flow[]): FrameRate | undefined {
  for (const { essence_parameters: essence } of flows) {
    if (essence === undefined || !('frame_rate' in essence) || essence.frame_rate === undefined) continue;
    const { numerator, denominator = 1 } = essence.frame_rate;
    return { numerator, denominator };
  }
  return undefined;
}

export const nameOf = ({ label, id }: { readonly label?: string; readonly id: string }): string =>
  label === undefined || label === '' ? id : label;
