import type { NewSegment, DeletableSegment } from '../segments/segment.ts';
import type { FlowContent } from './flow-state.ts';

/** The flow's totals after these segments are added. */
export function contentWith(content: FlowContent | null, added: readonly NewSegment[]): FlowContent | null {
  let [startNs, endNs, coveredNs] = [content?.startNs, content?.endNs, content?.coveredNs ?? 0n];
  let longestNs = content?.segments?.longestNs ?? 0n;
  for (const segment of added) {
    const durationNs = segment.endNs - segment.startNs;
    if (startNs === undefined || segment.startNs < startNs) startNs = segment.startNs;
    if (endNs === undefined || segment.endNs > endNs) endNs = segment.endNs;
    if (durationNs > longestNs) longestNs = durationNs;
    coveredNs += durationNs;
  }
  if (startNs === undefined || endNs === undefined) return null;
  const isUnknown = content !== null && content.segments === undefined;
  const count = (content?.segments?.count ?? 0n) + BigInt(added.length);
  return { startNs, endNs, coveredNs, segments: isUnknown ? undefined : { count, longestNs } };
}

/** The flow's totals after these segments are deleted; `hull` is that of the remaining ones. */
export function contentWithout(
  content: FlowContent | null,
  hull: { readonly startNs: bigint; readonly endNs: bigint },
  removed: readonly DeletableSegment[],
): FlowContent | null {
  if (content === null) return null;
  const removedNs = removed.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0n);
  const segments = content.segments && { ...content.segments, count: content.segments.count - BigInt(removed.length) };
  return { ...hull, coveredNs: content.coveredNs - removedNs, segments };
}
