import type { EntityManager } from 'typeorm';
import { ApiKeyEntity } from '../../entities/api-key.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { isNoWider } from '../../tenancy/roles.js';
import { SECOND } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from './access.js';
import { insertApiKey, refuseOneMore, refuseWider, type CreatedApiKey } from './api-key.service.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes, ChangeWork } from '../changes.js';
import { checkInteger } from '../checks.js';
import { apiKeysSeen } from '../visible.js';

export interface RotateApiKey {
  readonly apiKeyId: string;
  /** How long the old key goes on. */
  readonly overlapSeconds?: number | null | undefined;
}

const OVERLAP_SECONDS_DEFAULT = 86_400;
/** Thirty days: whoever needs longer makes another key. */
const OVERLAP_SECONDS_MAX = 2_592_000;

/** Whatever still older ones had in hand is over. */
const TOOK_OVER_FROM_MAX = 100;

/** Puts another key in the place of one, with a time in which both work. */
export class ApiKeyRotation {
  constructor(
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Makes a key of the same name, role, client account, expiry and documents, and ends the old one once the overlap is over, or
   * earlier where it would have ended by itself. Refuses with NOT_FOUND, INVALID, WRONG_STATE (a key that works no more, or that
   * another one took over from: its end is the overlap's, and would be handed on), and as createApiKey does: without an overlap there
   * is never one too many, so that a key that others know can always be put out of force.
   */
  async rotateApiKey(viewer: Viewer, input: RotateApiKey): Promise<CreatedApiKey | Refusal> {
    const overlapSeconds = input.overlapSeconds ?? OVERLAP_SECONDS_DEFAULT;
    const refusal =
      forbidden(viewer, 'rotateApiKey') ??
      checkInteger(overlapSeconds, 0, OVERLAP_SECONDS_MAX, 'overlapSeconds');
    if (refusal) return refusal;
    const rotate: ChangeWork<CreatedApiKey> = async (manager, at) => {
      const { apiKeyId } = input;
      const old = await apiKeysSeen(manager, viewer).andWhere('key.id = :apiKeyId', { apiKeyId }).getOne();
      if (!old) return refuse('NOT_FOUND', 'There is no such API key.', 'apiKeyId');
      // A key is looked up by the clock, which may be behind the books.
      const from = Math.min(at, await clockOf(manager));
      const refused = refuseRotation(viewer, old, from) ?? (await refuseAgain(manager, old));
      if (refused) return refused;
      const tooMany = overlapSeconds > 0 && (await refuseOneMore(manager, viewer, old.clientAccountId, at));
      if (tooMany) return tooMany;
      const tookOverFrom = [old.id, ...old.tookOverFrom].slice(0, TOOK_OVER_FROM_MAX);
      const created = await insertApiKey(manager, viewer, { ...old, tookOverFrom }, at);
      const expiresAt = Math.min(old.expiresAt ?? Infinity, from + overlapSeconds * SECOND);
      const { agencyId, id } = old;
      await manager.update(ApiKeyEntity, { agencyId, id }, { expiresAt, replacedBy: created.apiKey.id });
      await this.audit.write(manager, viewer, at, {
        verb: 'rotateApiKey',
        subjectKind: 'API_KEY',
        subjectId: id,
        before: { expiresAt: old.expiresAt, replacedBy: null },
        after: { expiresAt, replacedBy: created.apiKey.id },
      });
      return created;
    };
    return overlapSeconds === 0 ? this.changes.end(viewer, rotate) : this.changes.make(viewer, rotate);
  }
}

/** Of two who rotate one key at once, one is told the other's key. */
async function refuseAgain(
  manager: EntityManager,
  { agencyId, replacedBy }: ApiKeyEntity,
): Promise<Refusal | null> {
  if (replacedBy === null) return null;
  const { prefix } = await manager.findOneByOrFail(ApiKeyEntity, { agencyId, id: replacedBy });
  const message = `The key was rotated already: ${prefix}… took over from it. Rotate that one, or make a new one.`;
  return refuse('WRONG_STATE', message, 'apiKeyId');
}

function refuseRotation(viewer: Viewer, old: ApiKeyEntity, at: number): Refusal | null {
  if (!isNoWider(old.role, viewer.role)) {
    return refuse('FORBIDDEN_FOR_ROLE', `The key is of the wider role ${old.role}.`, 'apiKeyId');
  }
  if (old.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= at)) {
    return refuse('WRONG_STATE', 'The key works no more: make a new one.', 'apiKeyId');
  }
  return refuseWider(viewer, old);
}
