import { generateSecret, generateURI, verify } from 'otplib';
import type { DataSource, EntityManager } from 'typeorm';
import { AgencyEntity } from '../../entities/agency.entity.js';
import { Failure, refuse, Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Sealer } from '../../tenancy/sealed.js';
import type { ShownSession } from '../../tenancy/session-rows.js';
import type { OwnVerb } from '../audit-log.js';
import { CodeBrake, codesTriedOf, isOfAuthenticator, triedBy, type ShownCode } from './code-brake.js';
import type { CameFrom } from './devices.js';
import { checkPassword } from './password.check.js';
import { newRecoveryCode, recoveryHash } from './recovery-codes.js';
import { factorOf, offeredBy, type FactorRow, type Ref } from './second-factor.rows.js';
import { beginSession, endSession, endSessions, holdSessions, type BegunSession } from './sessions.js';
import { askerOf, findActive, themselves, type SignInParts } from './sign-in.js';

/** Recovery codes of a member, each good once. */
const RECOVERY_CODES = 10;
/** An authenticator's clock may be a step off. */
const TOLERANCE_SECONDS = 30;

/** What an authenticator is set up with. Shown once. */
export interface Enrolment {
  readonly secret: string;
  /** `otpauth://totp/…`, for a QR code. */
  readonly uri: string;
}

export interface Confirmed {
  readonly session: BegunSession;
  /** Shown once. */
  readonly recoveryCodes: readonly string[];
}

export interface Answered {
  readonly session: BegunSession;
  /** Codes that were tried of late from where the member never came in. */
  readonly codesTried: number;
}

/** The second factor: codes of an authenticator, and recovery codes for whoever lost it. */
export class SecondFactorService {
  private readonly brake: CodeBrake;

  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
    private readonly parts: SignInParts,
  ) {
    this.brake = new CodeBrake(dataSource, parts);
  }

  /** Makes a secret that guards nothing until a code of it is shown. Refuses with WRONG_STATE where there is one in force. */
  async enrol(session: ShownSession): Promise<Enrolment | Refusal> {
    return this.withMember(session, async (manager, at, ref) => {
      const secret = generateSecret();
      const whose = [ref.agencyId, ref.memberId];
      // In one statement: nothing that is put in force meanwhile is written over.
      const written = await manager.query<object[]>(
        `INSERT INTO second_factor AS f (agency_id, member_id, sealed_secret, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (agency_id, member_id) DO UPDATE SET sealed_secret = excluded.sealed_secret
         WHERE f.confirmed_at IS NULL RETURNING member_id`,
        [...whose, this.sealer.seal('SECOND_FACTOR', whose, secret), at],
      );
      if (written.length > 0) return this.shownTo(manager, ref, secret);
      return refuse(
        'WRONG_STATE',
        'There is a second factor already: POST /auth/second-factor/replace puts another in its place, and whoever lost it asks an owner or an administrator for resetSecondFactor.',
      );
    });
  }

  /**
   * Makes another secret for whoever still has the factor: by their password and a code of it, or a recovery code. The one in force
   * guards until a code of the new one is shown (`confirm`). Throws UNAUTHENTICATED for a wrong password or code, THROTTLED; refuses
   * with WRONG_STATE where there is no factor to replace.
   */
  async replace(
    session: ShownSession,
    { password, code, ...from }: CameFrom & { readonly password: string; readonly code: string },
  ): Promise<Enrolment | Refusal> {
    await checkPassword(this.dataSource, this.parts, session, { password, ...from });
    const counted = await this.brake.count(session, { code, place: from.place });
    const replaced = await this.withMember(session, async (manager, at, ref) => {
      const kept = await factorOf(manager, ref);
      if (!kept?.confirmed_at) return refuse('WRONG_STATE', 'There is no second factor to replace.');
      if (!(await this.isTaken(manager, ref, kept, code, at))) return null;
      const whose = [ref.agencyId, ref.memberId];
      const secret = generateSecret();
      await manager.query(
        'UPDATE second_factor SET next_sealed_secret = $3, next_made_at = $4 WHERE agency_id = $1 AND member_id = $2',
        [...whose, this.sealer.seal('SECOND_FACTOR', whose, secret), at],
      );
      return this.shownTo(manager, ref, secret);
    });
    if (replaced === null) {
      await this.brake.miss(session, counted);
      throw wrongCode();
    }
    if (!(replaced instanceof Refusal)) await this.parts.changes.behind(this.brake.pass(session, counted));
    return replaced;
  }

  private async shownTo(manager: EntityManager, ref: Ref, secret: string): Promise<Enrolment> {
    const member = await findActive(manager, ref);
    const agency = await manager.findOneByOrFail(AgencyEntity, { agencyId: ref.agencyId });
    const label = `${agency.name} (${member?.email ?? ''})`;
    return { secret, uri: generateURI({ issuer: 'Headroom', label, secret }) };
  }

  /**
   * Puts the factor in force by a code of it, a new one or one that takes another's place: every other session ends, this one gets
   * another token, and there are other recovery codes. Slips up to then are forgotten: they must not keep a member out of the first
   * sign-in that asks for it.
   */
  async confirm(session: ShownSession, { code, place }: ShownCode): Promise<Confirmed> {
    const tried = triedBy(session, place);
    await this.parts.turns.run(tried, () => this.parts.limits.countCode(tried, null, false));
    const confirmed = await this.withMember(session, async (manager, at, ref) => {
      const kept = await factorOf(manager, ref);
      const offered = kept && offeredBy(kept, at);
      const step = offered && (await this.stepOf(ref, offered, code, at));
      if (!kept || step === null) throw wrongCode();
      const recoveryCodes = await this.putInForce(manager, ref, { at, step });
      await this.tell(manager, ref, at, kept.confirmed_at ? 'replaceSecondFactor' : 'setUpSecondFactor');
      await endShown(manager, session, at);
      await endSessions(manager, { agencyId: ref.agencyId, id: ref.memberId }, at);
      return { session: await signedIn(manager, ref, at), recoveryCodes, confirmedAt: at };
    });
    // As it is kept: the network is known by the factor that was put in force from there.
    await this.parts.changes.behind(this.parts.limits.forget(tried, String(confirmed.confirmedAt)));
    return confirmed;
  }

  /** What was offered guards from now on; recovery codes of before are good for nothing. */
  private async putInForce(
    manager: EntityManager,
    ref: Ref,
    { at, step }: { readonly at: Instant; readonly step: number },
  ): Promise<string[]> {
    const whose = [ref.agencyId, ref.memberId];
    await manager.query(
      `UPDATE second_factor SET confirmed_at = $3, sealed_secret = coalesce(next_sealed_secret, sealed_secret),
         next_sealed_secret = NULL, next_made_at = NULL, last_step = $4 WHERE agency_id = $1 AND member_id = $2`,
      [...whose, at, step],
    );
    await manager.query('DELETE FROM recovery_code WHERE agency_id = $1 AND member_id = $2', whose);
    const recoveryCodes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    const rows = recoveryCodes.map((_, index) => `($1, $2, $${index + whose.length + 1})`);
    await manager.query(
      `INSERT INTO recovery_code (agency_id, member_id, code_sha256) VALUES ${rows.join(', ')}`,
      [...whose, ...recoveryCodes.map(recoveryHash)],
    );
    return recoveryCodes;
  }

  /**
   * Completes a sign-in by a code of the authenticator, which is taken once, or by a recovery code, which is used up. Throws
   * UNAUTHENTICATED for any other, THROTTLED after too many.
   */
  async answer(session: ShownSession, { code, place }: ShownCode): Promise<Answered> {
    if (session.stage !== 'SECOND_FACTOR') throw wrongCode();
    const counted = await this.brake.count(session, { code, place });
    const answered = await this.withMember(session, async (manager, at, ref) => {
      const kept = await factorOf(manager, ref);
      if (!kept?.confirmed_at || !(await this.isTaken(manager, ref, kept, code, at))) return null;
      await endShown(manager, session, at);
      return { session: await signedIn(manager, ref, at), codesTried: codesTriedOf(kept, at) };
    });
    if (answered === null) {
      await this.brake.miss(session, counted);
      throw wrongCode();
    }
    await this.parts.changes.behind(this.brake.pass(session, counted));
    // The one that was right is none of them.
    const { codesTried } = answered;
    return { ...answered, codesTried: counted.pauseUntil === null ? codesTried : codesTried - 1 };
  }

  private withMember<T>(
    session: ShownSession,
    work: (manager: EntityManager, at: Instant, ref: Ref) => Promise<T>,
  ): Promise<T> {
    const ref = { agencyId: session.viewer.agencyId, memberId: session.memberId };
    return inAgency(this.dataSource, askerOf(session), async (manager) =>
      work(manager, await clockOf(manager), ref),
    );
  }

  /** Whether a code is one of the authenticator, or a recovery code; it is none any more then. */
  private async isTaken(
    manager: EntityManager,
    ref: Ref,
    kept: FactorRow,
    code: string,
    at: Instant,
  ): Promise<boolean> {
    return (await this.take(manager, ref, kept, code, at)) || this.takeRecoveryCode(manager, ref, code, at);
  }

  /** Whether a code is of the authenticator, of a step that none was taken of yet. Two at once: the row lets one pass. */
  private async take(
    manager: EntityManager,
    ref: Ref,
    factor: FactorRow,
    code: string,
    at: Instant,
  ): Promise<boolean> {
    const step = await this.stepOf(ref, factor, code, at);
    if (step === null) return false;
    const [taken] = await manager.query<[object[], number]>(
      `UPDATE second_factor SET last_step = $3 WHERE agency_id = $1 AND member_id = $2 AND last_step < $3
       RETURNING member_id`,
      [ref.agencyId, ref.memberId, step],
    );
    return taken.length === 1;
  }

  /** Of which step of a secret a code is; null where it is of none of now. */
  private async stepOf(
    ref: Ref,
    { sealed_secret: sealed }: Pick<FactorRow, 'sealed_secret'>,
    code: string,
    at: Instant,
  ): Promise<number | null> {
    if (!isOfAuthenticator(code)) return null;
    const token = code.replaceAll(/\s/g, '');
    const secret = this.sealer.tryToOpen('SECOND_FACTOR', [ref.agencyId, ref.memberId], sealed);
    if (secret === null) throw secretLost();
    const found = await verify({
      ...{ secret, token, epoch: Math.floor(at / 1_000), epochTolerance: TOLERANCE_SECONDS },
    });
    return found.valid && 'timeStep' in found ? found.timeStep : null;
  }

  private async takeRecoveryCode(
    manager: EntityManager,
    ref: Ref,
    code: string,
    at: Instant,
  ): Promise<boolean> {
    const [used] = await manager.query<[object[], number]>(
      `UPDATE recovery_code SET used_at = $4
       WHERE agency_id = $1 AND member_id = $2 AND code_sha256 = $3 AND used_at IS NULL RETURNING member_id`,
      [ref.agencyId, ref.memberId, recoveryHash(code), at],
    );
    if (used.length === 1) await this.tell(manager, ref, at, 'useRecoveryCode');
    return used.length === 1;
  }

  private async tell(manager: EntityManager, ref: Ref, at: Instant, verb: OwnVerb): Promise<void> {
    const member = await findActive(manager, ref);
    if (!member) throw wrongCode();
    await this.parts.audit.write(manager, themselves(member), at, {
      ...{ verb, subjectKind: 'MEMBER', subjectId: ref.memberId },
      ...{ before: {}, after: { secondFactor: true } },
    });
  }
}

/** Another one takes its place. Throws where it was ended meanwhile, as by another password: then none does. */
async function endShown(
  manager: EntityManager,
  { viewer, memberId, id }: ShownSession,
  at: Instant,
): Promise<void> {
  const { agencyId } = viewer;
  await holdSessions(manager, { agencyId, id: memberId });
  if (!(await endSession(manager, { agencyId, id }, at))) throw wrongCode();
}

function signedIn(manager: EntityManager, ref: Ref, at: Instant): Promise<BegunSession> {
  return beginSession(manager, { agencyId: ref.agencyId, id: ref.memberId }, 'SIGNED_IN', at);
}

/** It was sealed under a secret of the server's that is no more. */
function secretLost(): Failure {
  return new Failure(
    'UNAUTHENTICATED',
    'This server can’t look at codes of your authenticator any more: show a recovery code, and have an owner or an administrator ask for resetSecondFactor; or begin again, where you set it up just now.',
  );
}

function wrongCode(): Failure {
  return new Failure('UNAUTHENTICATED', 'The code is wrong, was taken already, or is not asked for.');
}
