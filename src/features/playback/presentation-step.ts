import { createHash } from 'node:crypto';
import { targetDurationOf } from '../../formats/hls.ts';
import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { flowNotFound } from '../../tams/flows/flow-access.ts';
import type { Flow } from '../../tams/flows/flow.ts';
import { numbersOf } from '../../tams/segments/segment-numbers.ts';
import { flowLines } from './flow-lines.ts';
import { partUses, segmentsIn, STEP_NS, tooMuch } from './flow-segments.ts';
import { toldSeconds } from './live-rules.ts';
import { LIMITS } from './playback-settings.ts';
import { type Presentation, presentationOfFlow, presentationOfSource } from './presentation.ts';
import type { Playable } from './playback-tokens.ts';
import { clockBreaks, type Step, type Stretch, united } from './step-lines.ts';
import type { FlowState } from '../../tams/flows/flow-state.ts';
import type { VastStore } from '../../tams/vast-store.ts';

type Reads = Pick<VastStore, 'flows' | 'segments' | 'objects'>;

/** The flows that a playlist has to keep in step with, as they are now. */
export interface StepFlows {
  readonly states: readonly FlowState[];
  /** The target duration of all of them (RFC 8216, 6.2.4). */
  readonly targetDuration: number;
  /** Changes whenever the segments of any of them do. */
  readonly version: string;
}

/** Four queries at most. @throws AppError not_found where the flow is not one of the presentation */
export async function stepFlows({ flows }: Reads, flowId: string, of: Playable): Promise<StepFlows> {
  const { video, audio, text } = await presentationOf(flows, of);
  const members: readonly Flow[] = [...video, ...audio, ...text];
  if (!members.some(({ id }) => id === flowId)) throw notOfIt(flowId);
  const states = await flows.states(members.map(({ id }) => id));
  const longest = Math.max(
    ...states.map(({ content }) => Number(content?.segments?.longestNs ?? 0n)),
    ...members.map((flow) => toldSeconds(flow) * 1e9),
  );
  const versions = states.map(({ life, segmentsVersion }) => `${life} ${segmentsVersion}`).sort();
  return {
    states,
    targetDuration: targetDurationOf(BigInt(Math.round(longest))),
    version: createHash('sha256').update(versions.join(' ')).digest('base64url').slice(0, 22),
  };
}

/** Pictures before sound. @throws AppError not_found */
export async function mediaFlowsOf(flows: Reads['flows'], of: Playable): Promise<readonly Flow[]> {
  const { video, audio } = await presentationOf(flows, of);
  return [...video, ...audio];
}

async function presentationOf(flows: Reads['flows'], of: Playable): Promise<Presentation> {
  if ('sourceId' in of) return presentationOfSource(flows, of.sourceId);
  const { flowId } = of;
  const flow = await flows.find(flowId);
  if (flow === undefined) throw flowNotFound(flowId);
  return presentationOfFlow(flows, flow);
}

const notOfIt = (flowId: string): AppError =>
  new AppError('not_found', `flow ${flowId} is not played there any more; load the first playlist again`);

/**
 * Only flows with gaps or breaks are read: of the others, their rows tell all.
 *
 * @throws AppError invalid_request where they have too many segments there, each or together
 */
export async function readStep(store: Reads, { states }: StepFlows, timerange: TimeRange): Promise<Step> {
  const stretches: Stretch[] = [];
  const breaks: bigint[] = [];
  for (const state of states) {
    const { content } = state;
    if (content === null) continue;
    const { breaks: counted, hasParts } = numbersOf(state);
    const { startNs, endNs } = content;
    if (counted === 0n) {
      const range = TimeRange.fromNs(startNs, endNs).intersect(timerange);
      if (!range.isEmpty) stretches.push({ startNs: range.startNs ?? startNs, endNs: range.endNs ?? endNs });
      continue;
    }
    const segments = await segmentsIn(store, state.id, timerange);
    const [first] = segments;
    if (first !== undefined && stretches.length + segments.length > LIMITS.stepLines) {
      const beginWith = TimeRange.fromNs(first.startNs, first.startNs + STEP_NS).intersect(timerange);
      throw tooMuch(`what is played with it has more than ${LIMITS.stepLines} segments there`, beginWith);
    }
    const parts = hasParts === false ? undefined : await partUses(store, segments);
    // The names of lines are not used.
    const lines = flowLines(state.id, { kind: 'packed', extension: '' }, segments, (each) => parts?.has(each) === true);
    for (const line of lines) stretches.push(line);
    breaks.push(...clockBreaks(lines));
  }
  return { stretches: united(stretches), breaks: breaks.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)) };
}
