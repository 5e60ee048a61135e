import ipaddr from 'ipaddr.js';

/** What one customer of a provider has to itself: an address of IPv4, and of IPv6 the first 64 bits. */
export function networkOf(place: string): string {
  const address = addressOf(place);
  if (address === null) return place;
  return address instanceof ipaddr.IPv6 ? address.parts.slice(0, 4).join(':') : address.toString();
}

/** All networks that a customer of IPv6 may have, which are as many as 65,536: the first 48 bits. Null for what is none of it. */
export function regionOf(place: string): string | null {
  const address = addressOf(place);
  return address instanceof ipaddr.IPv6 ? address.parts.slice(0, 3).join(':') : null;
}

/** What one customer of a provider has to itself in all: the region of IPv6, and an address of IPv4. */
export function customerOf(place: string): string {
  return regionOf(place) ?? networkOf(place);
}

/** Some proxies tell the port as well: each connection has another one. */
function addressOf(place: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const [, inBrackets, alone] = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/.exec(place) ?? [];
  const address = inBrackets ?? alone ?? place;
  return ipaddr.isValid(address) ? ipaddr.process(address) : null;
}
