import type { Endpoint } from './endpoint.ts';

/**
 * - `round_robin`: in turn, whatever they have to do.
 * - `least_in_flight`: the one with the fewest requests, in turn among equals.
 * - `fastest`: the one that is expected to answer first, from how fast it was and how much it has to do.
 */
export const BALANCINGS = ['least_in_flight', 'round_robin', 'fastest'] as const;
export type Balancing = (typeof BALANCINGS)[number];

/**
 * Chooses among endpoints; undefined where there are none. `turn` counts the choices: it decides
 * among equals, so that none is preferred for its place in the list.
 */
export function chooseEndpoint(
  endpoints: readonly Endpoint[],
  balancing: Balancing,
  turn: number,
): Endpoint | undefined {
  const first = turn % endpoints.length;
  if (balancing === 'round_robin') return endpoints[first];
  const score = balancing === 'least_in_flight' ? load : expectedWait;
  let best: Endpoint | undefined;
  let lowest = Infinity;
  for (let i = 0; i < endpoints.length; i += 1) {
    const endpoint = endpoints[(first + i) % endpoints.length];
    if (endpoint === undefined) continue;
    const own = score(endpoint);
    if (own < lowest) {
      best = endpoint;
      lowest = own;
    }
  }
  return best;
}

const load = (endpoint: Endpoint): number => endpoint.inFlight;

/** One that never answered yet counts as fast, so that it gets the chance to show it. */
const expectedWait = (endpoint: Endpoint): number => (endpoint.latencyMs ?? 0) * (endpoint.inFlight + 1);
