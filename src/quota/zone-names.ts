import { Temporal } from 'temporal-polyfill';

/** Longer than the name of any zone. */
const NAME_LENGTH_MAX = 64;
/** Names of no zone that are kept: more than a table has lines. */
const NO_ZONES_MAX = 2_000;

/**
 * Zones that were asked for, by their names in lower case, and names that are none: to look one up takes some tenths of a millisecond, and
 * a list may name one for each row, in ever other letters.
 */
const zones = new Map<string, string>();
const noZones = new Set<string>();

/**
 * An IANA time zone that calendars can be made from, by its usual spelling; null where there is none of that name. A link keeps its own
 * name: Europe/Kyiv doesn't become Europe/Kiev.
 */
export function zoneNamed(text: string): string | null {
  // Offsets would be taken too, but have no rules of their own. Of other letters some are those of a name in lower case.
  if (text.length > NAME_LENGTH_MAX || !/^[A-Za-z][\w/+-]*$/.test(text)) return null;
  const name = text.toLowerCase();
  const known = zones.get(name);
  if (known !== undefined || noZones.has(name)) return known ?? null;
  const zone = lookUp(text);
  if (zone !== null) zones.set(ownCopy(name), ownCopy(zone));
  else keepAsNone(ownCopy(name));
  return zone;
}

/** A part of a text keeps all of it in memory: a document of a megabyte, for the name that stands in it. */
function ownCopy(ascii: string): string {
  return Buffer.from(ascii, 'latin1').toString('latin1');
}

function lookUp(text: string): string | null {
  try {
    // Intl's resolvedOptions would turn a link into its target; Temporal only mends the case.
    const zone = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return null;
  }
}

/** There are as many as anybody likes to think of. */
function keepAsNone(name: string): void {
  if (noZones.size >= NO_ZONES_MAX) noZones.clear();
  noZones.add(name);
}
