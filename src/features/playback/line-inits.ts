import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import type { FlowLine } from './flow-lines.ts';
import { tooMuch } from './flow-segments.ts';
import type { InitExtents } from './init-extents.ts';
import { LIMITS } from './playback-settings.ts';

/**
 * Lines whose files have their own initialisation, with where it lies: of the first one, and wherever the clock begins anew.
 *
 * @throws AppError not_found for MP4 without fragments; invalid_request where too many files were never looked into
 */
export async function withOwnInits(
  flowId: string,
  lines: readonly FlowLine[],
  extents: InitExtents,
): Promise<FlowLine[]> {
  const begins = ({ segment, discontinuity }: FlowLine, index: number): boolean =>
    segment.initObjectId === null && (index === 0 || discontinuity);
  const asked = lines.filter(begins);
  const unread = asked.filter(({ segment }) => extents.kept(segment.locations) === undefined);
  const beyond = unread[LIMITS.extentsRead];
  if (beyond !== undefined) {
    const range = TimeRange.fromNs(lines[0]?.startNs ?? null, beyond.startNs);
    throw tooMuch(
      `flow ${flowId} has more files with an initialisation of their own there than are read at once`,
      range,
    );
  }
  const found = new Map(
    await Promise.all(asked.map(async (line) => [line, await extents.read(line.segment.locations)] as const)),
  );
  return lines.map((line, index) => {
    if (!begins(line, index)) return line;
    const extent = found.get(line) ?? 'unknown';
    if (extent !== 'whole') return { ...line, init: { uri: line.uri, ...(extent !== 'unknown' && { bytes: extent }) } };
    const at = TimeRange.fromNs(line.startNs, line.endNs).toString();
    throw new AppError('not_found', `flow ${flowId} has MP4 without fragments at ${at}, which HLS does not carry`);
  });
}
