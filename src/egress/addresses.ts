import ipaddr from 'ipaddr.js';

/**
 * Which addresses this server may be sent to by what somebody else wrote: those that anybody on the internet could ask as
 * well, and none that is nearer to it than to them.
 */

/** All that was given out for the public in IPv6. What lies beyond is special, named or not. */
const PUBLIC_V6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** Answers with what a machine is trusted with, at an address that looks like anybody's: Azure's. */
const NEARER_THAN_IT_LOOKS: ReadonlySet<string> = new Set(['168.63.129.16']);

/** Whether a literal address is anybody's. False for whatever is no address. */
export function isPublicAddress(text: string): boolean {
  const address = addressOf(text);
  if (address === null || address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(PUBLIC_V6);
  return !NEARER_THAN_IT_LOOKS.has(address.toString());
}

/** Whether a literal address is this machine itself. An IPv4 address that is written as an IPv6 one is not taken for it. */
export function isLoopbackAddress(text: string): boolean {
  return addressOf(text)?.range() === 'loopback';
}

/** Of the usual forms alone: `0177.1`, `2130706433` and addresses of one network card are none. */
function addressOf(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes('%') || !ipaddr.IPv6.isValid(text) ? null : ipaddr.IPv6.parse(text);
}
