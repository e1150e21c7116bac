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
  const asked = new Set<FlowLine>();
  let isNew = true;
  for (const line of lines) {
    isNew ||= line.discontinuity;
    if (line.segment === undefined) continue;
    if (isNew && line.segment.initObjectId === null) asked.add(line);
    isNew = false;
  }
  const placesOf = ({ segment }: FlowLine): string | null => segment?.locations ?? null;
  const unread = [...asked].filter((line) => extents.kept(placesOf(line)) === undefined);
  const beyond = unread[LIMITS.extentsRead];
  if (beyond !== undefined) {
    const range = TimeRange.fromNs(lines[0]?.startNs ?? null, beyond.startNs);
    throw tooMuch(
      `flow ${flowId} has more files with an initialisation of their own there than are read at once`,
      range,
    );
  }
  const found = new Map(
    await Promise.all([...asked].map(async (line) => [line, await extents.read(placesOf(line))] as const)),
  );
  return lines.map((line) => {
    if (!asked.has(line)) return line;
    const extent = found.get(line) ?? 'unknown';
    if (extent !== 'whole') return { ...line, init: { uri: line.uri, ...(extent !== 'unknown' && { bytes: extent }) } };
    const at = TimeRange.fromNs(line.startNs, line.endNs).toString();
    throw new AppError('not_found', `flow ${flowId} has MP4 without fragments at ${at}, which HLS does not carry`);
  });
}
