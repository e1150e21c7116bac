import { Format } from '../../tams/documents/format.ts';
import { NO_TAGS } from '../../tams/documents/tag-filter.ts';
import type { CollectionItem, Flow, FlowCollectionItem } from '../../tams/flows/flow.ts';
import { AppError } from '../../shared/errors.ts';
import { fromJson } from '../../shared/json-text.ts';
import { carriedFormat } from './flow-lines.ts';
import { isLive } from './live-rules.ts';
import { LIMITS } from './playback-settings.ts';
import type { FlowDocument } from '../../tams/flows/flow-state.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** The flows that are played together, those that HLS carries. */
export interface Presentation {
  /** Pictures, with sound in them or without. */
  readonly video: readonly Flow[];
  readonly audio: readonly Flow[];
  readonly text: readonly Flow[];
  /** Whether any of them is. */
  readonly live: boolean;
  /** The roles that they are collected in, by flow id. */
  readonly roles: ReadonlyMap<string, string>;
  /** The flows that lie in the segments of another, by its id; without those of which one is not there. */
  readonly contained: ReadonlyMap<string, readonly Flow[]>;
}

type Flows = Pick<VastStore['flows'], 'list'>;

/** The flows of a source, and those that its multi flows collect: two queries. */
export async function presentationOfSource(flows: Flows, sourceId: string): Promise<Presentation> {
  const own = (await flows.list({ sourceId, tags: NO_TAGS }, { limit: LIMITS.renditions })).items;
  return presentationOf(flows, own, `source ${sourceId}`);
}

/** A multi flow, and what it collects. */
export const presentationOfFlow = (flows: Flows, flow: FlowDocument): Promise<Presentation> =>
  presentationOf(flows, [flow], `flow ${flow.id}`);

/** @throws AppError not_found where HLS carries none of them */
async function presentationOf(flows: Flows, given: readonly FlowDocument[], what: string): Promise<Presentation> {
  const own = given.map(toFlow);
  const collectors = own.filter(({ format }) => format === Format.multi).map(({ id }) => id);
  const filter = { collectedByIds: collectors, tags: NO_TAGS };
  const members = collectors.length === 0 ? [] : (await flows.list(filter, { limit: LIMITS.renditions })).items;
  const all = [...new Map([...own, ...members.map(toFlow)].map((flow) => [flow.id, flow])).values()];
  const carried = all.filter(({ container }) => carriedFormat(container) !== undefined);
  const muxed = carried.filter(({ format }) => format === Format.multi);
  const within = new Set(
    muxed.flatMap(({ flow_collection: items = [] }) => items.filter(isWithin).map(({ id }) => id)),
  );
  const alone = carried.filter(({ id, format }) => format !== Format.multi && !within.has(id));
  const byId = new Map(all.map((flow) => [flow.id, flow]));
  const contained = muxed.flatMap(({ id, flow_collection: items = [] }) => {
    const flows = items.filter(isWithin).flatMap((item) => byId.get(item.id) ?? []);
    return flows.length > 0 && flows.length === items.length ? [[id, flows] as const] : [];
  });
  const video = [...muxed, ...alone.filter(({ format }) => format === Format.video)];
  const audio = alone.filter(({ format }) => format === Format.audio);
  const text = alone.filter(({ format, container }) => format === Format.data && isText(container));
  if (video.length + audio.length === 0) throw nothingCarried(what, all);
  const items = own.flatMap(({ flow_collection: collected = [] }): CollectionItem[] => collected);
  const live = [...given, ...members].some((flow) => isLive(flow, Date.now()));
  return {
    video,
    audio,
    text,
    live,
    contained: new Map(contained),
    roles: new Map(items.flatMap(({ id, role }) => (role ? [[id, role] as const] : []))),
  };
}

/** Whether a member lies in the segments of the flow that collects it. */
const isWithin = ({ container_mapping: mapping }: FlowCollectionItem): boolean => mapping !== undefined;

const isText = (container: string | undefined): boolean => carriedFormat(container)?.kind === 'text';

const toFlow = ({ document }: FlowDocument): Flow => fromJson(document);

function nothingCarried(what: string, flows: readonly Flow[]): AppError {
  if (flows.length === 0) return new AppError('not_found', `there is no ${what}`);
  const containers = [...new Set(flows.map(({ container }) => container ?? 'no container'))].slice(0, 5).join(', ');
  return new AppError(
    'not_found',
    `${what} has nothing that HLS carries: its segments are of ${containers}; HLS carries MPEG-TS, fragmented MP4, packed audio and WebVTT`,
  );
}
