import type { DataSource, EntityManager } from 'typeorm';
import { Failure, type Refusal } from '../../errors.js';
import { HOUR, type Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import {
  accountName,
  findAccount,
  lockOf,
  openedWhole,
  withPassword,
  writeAccount,
  type Account,
  type AccountName,
  type MemberRef,
} from '../../tenancy/accounts.js';
import { inAgency, inAgencyNamed, seeBesides } from '../../tenancy/door.js';
import type { ShownSession } from '../../tenancy/session-rows.js';
import { parseToken } from '../../tenancy/token.js';
import { uuidFloor } from '../../tenancy/uuid.js';
import type { Change } from '../audit-log.js';
import { checkPassword } from './password.check.js';
import { endLinks, findLink, issueLink, useLink } from './links.js';
import { refuseWeakPassword } from './password-strength.js';
import { beginSession, endSession, endSessions, holdSessions, type BegunSession } from './sessions.js';
import { forgetCodesTried } from './code-brake.js';
import { findActive, holdPassword, NO_AGENCY, noLink, themselves, type SignInParts } from './sign-in.js';

/** Another password: by a link for whoever forgot it, by the old one for whoever is signed in. */
export class PasswordService {
  private asking: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: SignInParts,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Whether a link can be sent to whoever forgot their password. */
  get canBeAskedFor(): boolean {
    return this.parts.letters.areSent;
  }

  /**
   * Sends a link where the address is a member's. Whoever asks is told nothing, and waits for nothing: neither the answer
   * nor its time says whether anybody has the address. Throws THROTTLED.
   */
  async askFor(email: string, place: string): Promise<void> {
    await this.parts.limits.count({ account: email, place, what: 'LINK' });
    this.asking = this.asking.then(() => this.sendLink(email).catch(this.onFailure));
  }

  /** Once nothing that was asked for is under way. */
  async settled(): Promise<void> {
    await this.asking;
  }

  /** For the command line, where no mail is sent: a link for a member, to be handed over. Null where nobody has the address. */
  async linkFor(agencyId: string, email: string): Promise<string | null> {
    const member = (await this.account(accountName(this.parts.fingerprints, email)))?.members.find(
      (one) => one.agencyId === agencyId,
    );
    if (!member) return null;
    return inAgency(this.dataSource, { agencyId }, async (manager) => {
      const link = await issueLink(manager, member, 'PASSWORD', await clockOf(manager));
      return link.token;
    });
  }

  /**
   * Sets a password by a link. It ends every session of the person, in every agency; the second factor stays. Throws
   * NOT_FOUND, in one message, for a link that is good for nothing; refuses with INVALID.
   */
  async set(token: string, password: string): Promise<void | Refusal> {
    const parsed = parseToken('LINK', token);
    if (!parsed) throw noLink();
    const known = await inAgencyNamed(this.dataSource, parsed, async (manager) => {
      const link = await findLink(manager, parsed, 'PASSWORD', await clockOf(manager));
      return link && (await findActive(manager, link));
    });
    if (!known?.email) throw noLink();
    const weak = await refuseWeakPassword(password, {
      ...{ agencyId: parsed.agencyId, words: [known.email, known.name ?? ''] },
    });
    if (weak) return weak;
    const hash = await this.parts.passwords.hash(password);
    const name = accountName(this.parts.fingerprints, known.email);
    await inAgency(this.dataSource, parsed, async (manager) => {
      const at = await clockOf(manager);
      const link = await findLink(manager, parsed, 'PASSWORD', at);
      const now = await findAccount(manager, name, 'FOR UPDATE');
      if (!link || !now || !(await useLink(manager, link, at))) throw noLink();
      await writeAccount(manager, openedWhole(now, hash), name);
      await this.parts.audit.write(manager, themselves(known), at, passwordSet(known.id));
      await endEverywhere(manager, parsed, now.members, at);
    });
  }

  /**
   * Sets another password by the one before. It ends every other session of the person, in every agency that it opens, and gives
   * this one another token. Throws UNAUTHENTICATED for a wrong one, THROTTLED; refuses with INVALID.
   */
  async change(
    session: ShownSession,
    {
      current,
      password,
      place,
    }: { readonly current: string; readonly password: string; readonly place: string },
  ): Promise<BegunSession | Refusal> {
    const { member, name, account, passwordHash } = await checkPassword(
      this.dataSource,
      this.parts,
      session,
      {
        ...{ password: current, place },
      },
    );
    const { agencyId } = session.viewer;
    const ref = { agencyId, memberId: session.memberId };
    const weak = await refuseWeakPassword(password, {
      agencyId,
      words: [member.email ?? '', member.name ?? ''],
    });
    if (weak) return weak;
    const hash = await this.parts.passwords.hash(password);
    const begun = await inAgency(this.dataSource, ref, async (manager) => {
      const now = (await holdPassword(manager, name, passwordHash, agencyId)) ?? account;
      const at = await clockOf(manager);
      await writeAccount(manager, withPassword(now, agencyId, hash), name);
      await this.parts.audit.write(manager, themselves(member), at, passwordSet(member.id));
      await forgetCodesTried(manager, ref);
      await holdSessions(manager, member);
      // Where it was ended meanwhile, as by a second factor that is demanded since, none takes its place.
      if (!(await endSession(manager, { agencyId, id: session.id }, at))) throw hasEnded();
      await endEverywhere(manager, ref, lockOf(now, agencyId).members, at);
      return beginSession(manager, member, 'SIGNED_IN', at);
    });
    const lock = lockOf(account, agencyId);
    if (member.email !== null) await this.parts.limits.forget({ account: member.email, place, lock }, hash);
    return begun;
  }

  private account(name: AccountName): Promise<Account | null> {
    return inAgency(this.dataSource, { agencyId: NO_AGENCY }, (manager) => findAccount(manager, name));
  }

  private async sendLink(email: string): Promise<void> {
    const account = await this.account(accountName(this.parts.fingerprints, email));
    const [first] = account?.members ?? [];
    if (!first || !this.canBeAskedFor) return;
    await inAgency(this.dataSource, first, async (manager) => {
      const at = await clockOf(manager);
      // The newest of those is good still: nobody is kept out by whoever has them sent.
      if ((await lettersOf(manager, first, at - HOUR)) >= LETTERS_MAX) return;
      const link = await issueLink(manager, first, 'PASSWORD', at);
      await this.parts.letters.write(manager, first, 'PASSWORD', link, at);
    });
    this.parts.letters.send(first.agencyId);
  }
}

/** Letters for a new password that go to one member within an hour, whoever asks for them: a mailbox is somebody's. */
const LETTERS_MAX = 5;

async function lettersOf(
  manager: EntityManager,
  { agencyId, memberId }: MemberRef,
  since: Instant,
): Promise<number> {
  const [counted] = await manager.query<{ letters: number }[]>(
    `SELECT count(*)::int4 AS letters FROM letter
     WHERE agency_id = $1 AND member_id = $2 AND kind = 'PASSWORD' AND id >= $3`,
    [agencyId, memberId, uuidFloor(since)],
  );
  return counted?.letters ?? 0;
}

/**
 * Ends what was begun by the password before, in every agency that it opened, with the change of it: else one agency in which much
 * is asked for would keep sessions of all of them. Whoever tried codes behind that password has to find out this one first.
 */
async function endEverywhere(
  manager: EntityManager,
  here: { readonly agencyId: string },
  members: readonly MemberRef[],
  at: Instant,
): Promise<void> {
  await seeBesides(manager, here, members);
  for (const { agencyId, memberId } of members) {
    await forgetCodesTried(manager, { agencyId, memberId });
    await endSessions(manager, { agencyId, id: memberId }, at);
    await endLinks(manager, { agencyId, memberId }, at, ['PASSWORD']);
  }
}

function hasEnded(): Failure {
  return new Failure('UNAUTHENTICATED', 'The session has ended: sign in again.');
}

/** That it was, never what it is. */
function passwordSet(subjectId: string): Change {
  return { verb: 'setPassword', subjectKind: 'MEMBER', subjectId, before: {}, after: { passwordSet: true } };
}
