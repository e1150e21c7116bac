import ipaddr from 'ipaddr.js';

/** No address is longer. */
const ADDRESS_MAX_LENGTH = 64;
/** 16-bit groups of the part of an IPv6 address that a provider assigns (RFC 6177); the rest is its owner's to choose. */
const NETWORK_GROUPS = 4;

/**
 * What is counted of a client, failures or requests, is counted by this: an IPv4 address (also where it is mapped into
 * IPv6), or the /64 of an IPv6 one, whose owner has 2^64 addresses to come from. What a proxy forwards may be no
 * address; it is taken as it is.
 */
export function clientNetwork(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip.slice(0, ADDRESS_MAX_LENGTH);
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  const groups = (address as ipaddr.IPv6).parts.slice(0, NETWORK_GROUPS);
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}
