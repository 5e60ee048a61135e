import ipaddr from 'ipaddr.js';

/** What one customer of a provider has to itself: an address of IPv4, and of IPv6 the first 64 bits. */
export function networkOf(place: string): string {
  if (!ipaddr.isValid(place)) return place;
  const address = ipaddr.process(place);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  return address.parts.slice(0, 4).join(':');
}
