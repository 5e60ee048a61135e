import { toId } from './ids.js';

const ACTOR = /^(key|member|source|holder):(.+)$/;

/**
 * Who did something, as it is told: `key:<uuid>`, `member:<uuid>` and `source:<uuid>` are ids of these, `holder:<uuid>` names the
 * seat that it is the holder of, `system:<what>` stays.
 */
export function actorId(actor: string): string {
  const [, kind, uuid] = ACTOR.exec(actor) ?? [];
  if (kind === 'holder' && uuid) return `holder:${toId('seat', uuid)}`;
  return (kind === 'key' || kind === 'member' || kind === 'source') && uuid ? toId(kind, uuid) : actor;
}
