import { type LookupAddress, lookup, promises } from 'node:dns';
import { promisify } from 'node:util';

/** All addresses of a name. Rejects where it has none, or nobody tells in time. */
export type ResolveName = (hostname: string) => Promise<LookupAddress[]>;

/** First time limit of a name server, and number of attempts. */
const ASK = { timeout: 2_000, tries: 2 };
/** The name servers do not know the name, or there are none: the system may know it from elsewhere. */
const UNKNOWN = ['ENOTFOUND', 'ENODATA', 'ECONNREFUSED'];

const askSystem = promisify(lookup);

/**
 * Resolves names that clients chose. The system's own lookup occupies a thread until it has its answer, and the process has
 * few of them, for files too: a client must not be able to occupy them with names whose servers never answer. So name
 * servers are asked over sockets, and the system only for names that the operator named, for those without a dot (which
 * no client's server answers for), and for those that name servers do not know, as those of `/etc/hosts`.
 */
export function nameResolver(
  named: readonly string[],
  makeResolver = (): promises.Resolver => new promises.Resolver(ASK),
): ResolveName {
  return async (hostname) => {
    if (named.includes(hostname.toLowerCase()) || !hostname.includes('.')) return askSystem(hostname, { all: true });
    // Made for each look-up, since the list of name servers may have changed.
    const resolver = makeResolver();
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const addresses = answers.flatMap((answer, index) =>
      answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family: index === 0 ? 4 : 6 })) : [],
    );
    if (addresses.length > 0) return addresses;
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
    const unanswered = failures.find((failure: NodeJS.ErrnoException) => !UNKNOWN.includes(failure.code ?? ''));
    if (unanswered !== undefined) throw unanswered;
    return askSystem(hostname, { all: true });
  };
}
