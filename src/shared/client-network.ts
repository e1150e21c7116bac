import ipaddr from 'ipaddr.js';

/** No address is longer. */
const ADDRESS_MAX_LENGTH = 64;
/** 16-bit groups of the part of an IPv6 address that a provider assigns (RFC 6177); the rest is its owner's to choose. */
const NETWORK_GROUPS = 4;

/**
 * The key by which a client's failures and requests are counted: an IPv4 address (also mapped into IPv6), or the /64 of
 * an IPv6 address, whose owner has 2^64 of them. A proxy may forward a text that is no address; it is used as it is.
 */
export function clientNetwork(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip.slice(0, ADDRESS_MAX_LENGTH);
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  const groups = (address as ipaddr.IPv6).parts.slice(0, NETWORK_GROUPS);
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}
