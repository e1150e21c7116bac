/** Names that begin so are ours, or look like it on purpose. `OTEL_` and the like belong to others, too. */
const OUR_PREFIXES = [
  'AUTH_',
  'S3_',
  'VAST_',
  'SQLITE_',
  'PRESIGN_',
  'RECLAIM_',
  'SEARCH_',
  'EXR_',
  'WEBHOOK_',
  'ANALYTICS_',
  'SOFT_DELETE_',
];
/** Variables that Docker and Kubernetes set for services: a service `s3` or `search` brings these. */
const OF_A_SERVICE = /_(SERVICE_(HOST|PORT)(_\w+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?|ENV_\w+|NAME)$/;
/** Shorter names are one letter from names of others: HOST, HOME, PORT. */
const SHORTEST = 6;

interface UnknownVariable {
  readonly name: string;
  /** Our variable that is most like it. */
  readonly likely: string;
}

/**
 * Variables that are set, look like ours, and are read by nobody: one letter too few, too many, changed or swapped, or
 * with one of our prefixes. Known names of other programs are not among them.
 *
 * @param known all that are read
 */
export function unknownVariables(variables: NodeJS.ProcessEnv, known: readonly string[]): UnknownVariable[] {
  const unknown: UnknownVariable[] = [];
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined || value === '' || known.includes(name)) continue;
    const isOurs = OUR_PREFIXES.some((prefix) => name.startsWith(prefix)) && !OF_A_SERVICE.test(name);
    if (!isOurs && name.length < SHORTEST) continue;
    const likely = nearest(name.toUpperCase(), known, isOurs ? Infinity : 2);
    if (likely !== undefined) unknown.push({ name, likely });
  }
  return unknown;
}

/** The one that is nearest, at a distance below `below`. */
function nearest(name: string, known: readonly string[], below: number): string | undefined {
  let best: string | undefined;
  for (const each of known) {
    // As many letters at least are added or taken away. A pod has hundreds of variables, which are compared at each start.
    if (Math.abs(each.length - name.length) >= below) continue;
    const distance = editDistance(name, each);
    if (distance < below) [best, below] = [each, distance];
  }
  return best;
}

/** How many letters have to be added, taken away, changed, or exchanged with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchanged = isExchanged ? (beforeLast[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min(changed, exchanged, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
