import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Receivers that may be reached although they are not public. */
export interface AllowedReceivers {
  /** Names, in lower case. */
  readonly hosts: readonly string[];
  /** Addresses and CIDRs. */
  readonly networks: readonly string[];
}

/** A receiver that must not be called. The message does not say what its name resolves to: clients may read it. */
class ForbiddenReceiver extends Error {
  override readonly name = 'ForbiddenReceiver';
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];
type Resolve = (hostname: string, callback: (error: Error | null, addresses: LookupAddress[]) => void) => void;

/** The address space that the IANA gives out for global unicast; what lies outside is special, if not by name. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');
/** A cloud's own service for its machines, although its address is public. */
const PLATFORM_SERVICES = ['168.63.129.16'];

const resolveAll: Resolve = (hostname, callback) => {
  dnsLookup(hostname, { all: true }, callback);
};

/**
 * Decides which addresses this server calls on behalf of clients: those that are globally routable, and those that the
 * operator allows. Everything else is, or leads into, somebody's own network.
 */
export class ReceiverGuard {
  readonly #hosts: ReadonlySet<string>;
  readonly #networks: readonly Network[];
  readonly #resolve: Resolve;

  constructor(allowed: AllowedReceivers, resolve: Resolve = resolveAll) {
    this.#hosts = new Set(allowed.hosts);
    this.#networks = allowed.networks.map((text) => (text.includes('/') ? ipaddr.parseCIDR(text) : single(text)));
    this.#resolve = resolve;
  }

  /**
   * Why a URL must not be called, as far as the URL itself tells; undefined where only its host's addresses can. URLs
   * are parsed as browsers do, which leaves one spelling of each address.
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
    this.#resolve(hostname, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const addresses = found.filter(({ family }) => !options.family || familyOf(options.family) === family);
      const [first] = addresses;
      const trusted = this.#hosts.has(hostname.toLowerCase());
      if (first === undefined) callback(new Error(`${hostname} has no address`), '');
      else if (!trusted && addresses.some(({ address }) => !this.#isAllowed(address)))
        callback(new ForbiddenReceiver(`${hostname} leads to an address that is not public`), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

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
