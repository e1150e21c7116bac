interface Growing {
  readonly status?: string;
  readonly segments_updated?: string;
}

/** After this, a flow that does not say that it is being ingested is no longer live, as for its playlists (docs/playback.md). */
const LIVE_FOR_MS = 30_000;
/** How often the page looks for more: while it comes, and while it might. */
const LIVE_EVERY_MS = 2_000;
const IDLE_EVERY_MS = 15_000;

/** Whether content comes to any of them now. */
export const isLive = (flows: readonly Growing[], nowMs: number): boolean =>
  flows.some(
    ({ status, segments_updated: updated }) =>
      status === 'ingesting' ||
      (status !== 'closed_complete' && updated !== undefined && nowMs - Date.parse(updated) < LIVE_FOR_MS),
  );

/** Milliseconds until the next look; undefined: nothing more will come. None are known where the first look failed. */
export function lookAfterMs(flows: readonly Growing[], nowMs: number): number | undefined {
  if (isLive(flows, nowMs)) return LIVE_EVERY_MS;
  const isClosed = flows.length > 0 && flows.every(({ status }) => status === 'closed_complete');
  return isClosed ? undefined : IDLE_EVERY_MS;
}

/** Differs once segments have come or gone. */
export const contentOf = (flows: readonly (Growing & { readonly id: string })[]): string =>
  flows.map(({ id, segments_updated: updated }) => `${id} ${updated}`).join();
