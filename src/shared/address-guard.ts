import { lookup, type LookupAddress, type LookupOptions, promises } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import ipaddr from 'ipaddr.js';

/** Hosts that may be reached although they are not public. */
interface AllowedHosts {
  /** Names, in lower case. */
  readonly hosts: readonly string[];
  /** Addresses and CIDRs. */
  readonly networks: readonly string[];
}

/** A host that must not be called. The message does not say what its name resolves to: clients may read it. */
export class ForbiddenHost extends Error {
  override readonly name = 'ForbiddenHost';
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** The IANA's address space for global unicast; addresses outside of it are special. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');
/** A cloud's own service for its machines, although its address is public. */
const PLATFORM_SERVICES = ['168.63.129.16'];

/**
 * Decides which addresses this server calls on behalf of clients: those that are globally routable, and those that the
 * operator allows. Everything else is, or leads into, somebody's own network.
 */
export class AddressGuard {
  readonly #hosts: ReadonlySet<string>;
  readonly #networks: readonly Network[];
  readonly #resolve: ResolveName;

  constructor(allowed: AllowedHosts, resolve = nameResolver(allowed.hosts)) {
    this.#hosts = new Set(allowed.hosts);
    this.#networks = allowed.networks.map((text) => (text.includes('/') ? ipaddr.parseCIDR(text) : single(text)));
    this.#resolve = resolve;
  }

  /**
   * The reason not to call a URL, from the URL alone; undefined if only the host's addresses can tell. URLs are parsed
   * as browsers do, which leaves one spelling of each address.
   */
  refusalOf(url: URL): string | undefined {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must be an absolute http or https URL';
    if (url.username !== '' || url.password !== '') return 'must not hold credentials';
    const host = hostOf(url);
    if (isIP(host) === 0 || this.#hosts.has(host) || this.#isAllowed(host)) return undefined;
    return `must not lead to ${host}, which is not a public address`;
  }

  /**
   * The `lookup` of sockets: an address is checked where it is connected to, so that a name which resolves differently
   * each time gains nothing. All addresses of a name must be good, since any of them may be used.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#checkedAddresses(hostname, options.family).then(
      (addresses) => {
        if (options.all === true) callback(null, addresses);
        else callback(null, addresses[0].address, addresses[0].family);
      },
      (error: unknown) => {
        callback(error as Error, '');
      },
    );
  };

  async #checkedAddresses(
    hostname: string,
    family: LookupOptions['family'],
  ): Promise<[LookupAddress, ...LookupAddress[]]> {
    const found = await this.#resolve(hostname);
    const [first, ...others] = found.filter((each) => !family || familyOf(family) === each.family);
    if (first === undefined) throw new Error(`${hostname} has no address`);
    const addresses: [LookupAddress, ...LookupAddress[]] = [first, ...others];
    const trusted = this.#hosts.has(hostname.toLowerCase());
    if (!trusted && addresses.some(({ address }) => !this.#isAllowed(address))) {
      throw new ForbiddenHost(`${hostname} leads to an address that is not public`);
    }
    return addresses;
  }

  #isAllowed(text: string): boolean {
    const address = ipaddr.parse(text);
    if (this.#networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))) {
      return true;
    }
    if (address.range() !== 'unicast' || PLATFORM_SERVICES.includes(text)) return false;
    return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6);
  }
}

/** The host of a URL, without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

const familyOf = (family: number | string): number => (family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : Number(family));

function single(text: string): Network {
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** All addresses of a name. Rejects where it has none, or nobody tells in time. */
type ResolveName = (hostname: string) => Promise<LookupAddress[]>;

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
