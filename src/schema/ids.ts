import { fromString, fromUUID, getType, toUUID } from 'typeid-js';

/** The kinds of objects that have an id of their own, each the prefix of its ids. */
export const ID_KINDS = [
  'agency',
  'client',
  'seat',
  'plan',
  'campaign',
  'key',
  'decision',
  'reservation',
  'activity',
  'alert',
  'limit',
  'policy',
  'restriction',
  'entry',
  'member',
  'webhook',
  'delivery',
  'source',
  'prospect',
  'mute',
  'segment',
  'touch',
  'engagement',
] as const;
export type IdKind = (typeof ID_KINDS)[number];

/** A prefix, an underscore, 26 digits of Crockford's base 32 in lower case, 128 bits: one spelling for each uuid. */
const TYPE_ID = /^[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const KINDS: ReadonlySet<string> = new Set(ID_KINDS);

/**
 * The TypeID of a row: `seat_01h2xcejqtf2nbrexx3vqjhp41`. Throws a TypeError where `uuid` is none, because the
 * library would quietly write an id of zeros.
 */
export function toId(kind: IdKind, uuid: string): string {
  if (!UUID.test(uuid)) throw new TypeError(`Not a uuid: ${uuid}`);
  return fromUUID(uuid, kind);
}

/**
 * The uuid of a TypeID of this kind, in lower case. Null for anything else, whatever is wrong with it: the caller
 * then answers as for an id that nobody has.
 */
export function fromId(kind: IdKind, id: string): string | null {
  return id.startsWith(`${kind}_`) && TYPE_ID.test(id) ? uuidOf(id) : null;
}

/** The kind of an id, for arguments that take several kinds (`node`, `scopeId`); null where it is malformed. */
export function kindOf(id: string): IdKind | null {
  if (!TYPE_ID.test(id)) return null;
  const kind = getType(fromString(id));
  return isKind(kind) && uuidOf(id) !== null ? kind : null;
}

function isKind(kind: string): kind is IdKind {
  return KINDS.has(kind);
}

function uuidOf(id: string): string | null {
  try {
    return toUUID(fromString(id));
  } catch {
    // 128 bits that are no uuid of any version: never one of ours.
    return null;
  }
}
