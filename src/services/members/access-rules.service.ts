import type { EntityManager } from 'typeorm';
import { refuse, type Refusal } from '../../errors.js';
import type { MemberEntity } from '../../entities/member.entity.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbiddenBeyondClientAccount } from './access.js';
import type { MemberDesk } from './member.desk.js';
import { endSessions } from './sessions.js';

export interface AccessRules {
  readonly secondFactorDemanded: boolean;
}

/** How the people of an agency sign in. */
export class AccessRulesService {
  constructor(private readonly desk: MemberDesk) {}

  /**
   * Demands a second factor of everybody, or no more. Whoever has none is signed out, and can sign in to set one up, and to
   * do nothing else. Refuses with FORBIDDEN_FOR_ROLE.
   */
  async set(viewer: Viewer, { secondFactorDemanded }: AccessRules): Promise<AccessRules | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'setAccessRules');
    if (refusal) return refusal;
    const { agencyId } = viewer;
    return this.desk.parts.changes.make(viewer, async (manager, at) => {
      const [kept] = await manager.query<{ demanded: boolean }[]>(
        'SELECT second_factor_demanded AS demanded FROM access_rules WHERE agency_id = $1',
        [agencyId],
      );
      await manager.query(
        `INSERT INTO access_rules (agency_id, second_factor_demanded) VALUES ($1, $2)
         ON CONFLICT (agency_id) DO UPDATE SET second_factor_demanded = $2`,
        [agencyId, secondFactorDemanded],
      );
      // Where it was demanded already, those who have none here were asked for it at their provider.
      if (secondFactorDemanded && !kept?.demanded) {
        // As holdSessions() does of one: whoever is being signed in meanwhile is asked for it, or is among those who are signed out.
        await manager.query('SELECT FROM member WHERE agency_id = $1 ORDER BY id FOR NO KEY UPDATE', [
          agencyId,
        ]);
        await manager.query(
          `UPDATE session s SET ended_at = $2 WHERE s.agency_id = $1 AND s.ended_at IS NULL AND NOT EXISTS (
             SELECT FROM second_factor f
             WHERE f.agency_id = s.agency_id AND f.member_id = s.member_id AND f.confirmed_at IS NOT NULL)`,
          [agencyId, at],
        );
      }
      await this.desk.parts.audit.write(manager, viewer, at, {
        ...{ verb: 'setAccessRules', subjectKind: 'ACCESS_RULES', subjectId: agencyId },
        ...{ before: { secondFactorDemanded: kept?.demanded ?? false }, after: { secondFactorDemanded } },
      });
      return { secondFactorDemanded };
    });
  }

  /**
   * Takes a member's second factor away, for whoever lost both the authenticator and the codes; their sessions end. Refuses
   * with NOT_FOUND, FORBIDDEN_FOR_ROLE, WRONG_STATE where there is none, and for one's own, by a key of one's own too: whoever finds a
   * session open, and knows the password, would be rid of it.
   */
  async resetSecondFactor(viewer: Viewer, memberId: string): Promise<MemberEntity | Refusal> {
    return this.desk.change(viewer, 'resetSecondFactor', memberId, async (manager, at, member) => {
      if (await isBehind(manager, viewer, member)) {
        const message =
          'Put another one in the place of your own: POST /auth/second-factor/replace. Whoever lost it asks another administrator, who asks by no key that you made.';
        return refuse('WRONG_STATE', message, 'memberId');
      }
      const [taken] = await manager.query<[object[], number]>(
        `DELETE FROM second_factor WHERE agency_id = $1 AND member_id = $2 AND confirmed_at IS NOT NULL
         RETURNING member_id`,
        [member.agencyId, member.id],
      );
      if (taken.length === 0) return refuse('WRONG_STATE', 'The member has no second factor.', 'memberId');
      await endSessions(manager, member, at);
      const change = [{ secondFactor: true }, { secondFactor: false }] as const;
      await this.desk.tell(manager, viewer, at, 'resetSecondFactor', member.id, ...change);
      return member;
    });
  }
}

/** Whether it is the member who asks: in a session, or by a key that they made, or that such a key made. */
async function isBehind(
  manager: EntityManager,
  { credential }: Viewer,
  { agencyId, id }: MemberEntity,
): Promise<boolean> {
  if (credential?.kind !== 'KEY') return credential?.id === id;
  const [made] = await manager.query<[{ byThem: boolean }]>(
    `WITH RECURSIVE made(by_whom) AS (
       SELECT created_by FROM api_key WHERE agency_id = $1 AND id = $2
       UNION SELECT k.created_by FROM made JOIN api_key k ON k.agency_id = $1
         AND k.id = CASE WHEN by_whom LIKE 'key:%' THEN substr(by_whom, 5)::uuid END)
     SELECT EXISTS (SELECT FROM made WHERE by_whom = $3) AS "byThem"`,
    [agencyId, credential.id, `member:${id}`],
  );
  return made.byThem;
}
