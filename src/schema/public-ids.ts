import { actorId } from './actor.js';
import { ID_KINDS, toId } from './ids.js';

/** Fields that say who did something. */
const ACTOR_FIELD = /By$/;

/** The same as JSON is given out: what is named as a kind of object holds its id, and whoever did something has theirs. */
export function withPublicIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPublicIds);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, inner]: [string, unknown]) => {
    const kind = ID_KINDS.find((one) => one === name);
    // Whatever an agency calls its own fields.
    if (name === 'customFields') return [name, inner] as const;
    if (ACTOR_FIELD.test(name) && typeof inner === 'string') return [name, actorId(inner)] as const;
    return [name, kind && typeof inner === 'string' ? toId(kind, inner) : withPublicIds(inner)] as const;
  });
  return Object.fromEntries(fields);
}
