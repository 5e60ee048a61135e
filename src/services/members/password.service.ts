import type { DataSource, EntityManager } from 'typeorm';
import { Failure, refuse, Refusal } from '../../errors.js';
import { clockOf } from '../../tenancy/clock.js';
import {
  accountName,
  findAccount,
  lockOf,
  withOwnPassword,
  withPassword,
  writeAccount,
  type Account,
  type AccountMember,
  type AccountName,
  type MemberRef,
} from '../../tenancy/accounts.js';
import { openedWhole, withHandedOver } from '../../tenancy/account-links.js';
import { byItself, fromNetwork, inAgency, inAgencyNamed, seeBesides } from '../../tenancy/door.js';
import { inOneForm } from '../../tenancy/passwords.js';
import type { ShownSession } from '../../tenancy/session-rows.js';
import { Turns } from '../../tenancy/turns.js';
import { isUnreachable } from '../../tenancy/sqlstate.js';
import { parseToken } from '../../tenancy/token.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { CameFrom } from './devices.js';
import { checkPassword } from './password.check.js';
import { endLinks, findLink, issueLink, useLink, wasSentAsLetter } from './links.js';
import { endEverywhere } from './password.everywhere.js';
import { writePasswordLetter } from './password.letter.js';
import { refuseWeakPassword } from './password-strength.js';
import { beginSession, endSession, holdSessions, type BegunSession } from './sessions.js';
import { forgetCodesTried } from './code-brake.js';
import { inForceSince } from './second-factor.rows.js';
import { findActive, holdPassword, NO_AGENCY, noLink, type SignInParts } from './sign-in.js';

export interface ChangePassword extends CameFrom {
  readonly current: string;
  readonly password: string;
  /** For this agency alone: the others are opened by the one before. */
  readonly isOwn: boolean;
}

/** The session that takes the place of the one before, and what its browser is known by since; null where that could not be found out. */
export interface Changed {
  readonly session: BegunSession;
  readonly device: string | null;
}

/** Another password: by a link for whoever forgot it, by the old one for whoever is signed in. */
export class PasswordService {
  private readonly asked = new Set<Promise<void>>();
  /** Of each agency one link after the other; so is looked up whose an address is. */
  private readonly linkTurns = new Turns(1);

  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: SignInParts,
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
    const asker = { account: email, place };
    await this.parts.turns.run(asker, () => this.parts.limits.count({ ...asker, what: 'LINK' }));
    this.send(email);
  }

  /** Sends a link, asked for or in the place of one that ended with the membership that it was for. Nobody waits for it. */
  send(email: string): void {
    const sent = this.sendLink(email)
      .catch(this.parts.onFailure)
      .finally(() => this.asked.delete(sent));
    this.asked.add(sent);
  }

  /** Once nothing that was asked for is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.asked);
  }

  /**
   * For the command line, where no mail is sent: a link for a member, to be handed over. Null where nobody has the address. Whoever
   * makes it can be the member by it: the audit log names them beside what the member did.
   */
  async linkFor(viewer: Viewer, email: string): Promise<string | null> {
    const member = (await this.account(accountName(this.parts.fingerprints, email)))?.members.find(
      (one) => one.agencyId === viewer.agencyId,
    );
    if (!member) return null;
    return inAgency(this.dataSource, viewer, async (manager) => {
      const at = await clockOf(manager);
      const { token, expiresAt } = await issueLink(manager, member, 'PASSWORD', at);
      await this.parts.audit.write(manager, viewer, at, {
        ...{ verb: 'makePasswordLink', subjectKind: 'MEMBER', subjectId: member.memberId },
        before: {},
        after: { expiresAt },
      });
      return token;
    });
  }

  /**
   * Sets a password by a link. It ends every session and link of the person, in every agency that it opens: all of them where the link
   * was sent to the address. The second factor stays, and whoever tried codes of it behind the password before has to find this one out
   * first. Throws NOT_FOUND, in one message, for a link that is good for nothing; refuses with INVALID.
   */
  async set(token: string, password: string, place: string): Promise<void | Refusal> {
    const parsed = parseToken('LINK', token);
    if (!parsed) throw noLink();
    const named = { agencyId: parsed.agencyId, place };
    const known = await inAgencyNamed(this.dataSource, named, async (manager) => {
      const link = await findLink(manager, parsed, 'PASSWORD', await clockOf(manager));
      return link && (await findActive(manager, link));
    });
    if (!known?.email) throw noLink();
    const weak = await refuseWeakPassword(password, {
      ...{ agencyId: parsed.agencyId, memberId: known.id, words: [known.email, known.name ?? ''] },
    });
    if (weak) return weak;
    const { turns, passwords } = this.parts;
    // Whoever shows a link is one of its agency's, wherever they are.
    const asker = { account: known.email, place: parsed.agencyId };
    const hash = await turns.run(asker, () => passwords.hash(password, place));
    const name = accountName(this.parts.fingerprints, known.email);
    await inAgency(this.dataSource, fromNetwork(parsed.agencyId, place), async (manager) => {
      const at = await clockOf(manager);
      const link = await findLink(manager, parsed, 'PASSWORD', at);
      const now = await findAccount(manager, name, 'FOR UPDATE');
      if (!link || !now || !(await useLink(manager, link, at))) throw noLink();
      const wasSent = await wasSentAsLetter(manager, link);
      const after = wasSent ? openedWhole(now, hash) : withHandedOver(now, parsed.agencyId, hash);
      const { members } = wasSent ? after : lockOf(after, parsed.agencyId);
      await writeAccount(manager, after, name);
      await endEverywhere(
        manager,
        this.parts.audit,
        parsed,
        { before: now, after, members, byLink: wasSent ? 'SENT' : 'HANDED_OVER' },
        at,
      );
      for (const member of members) {
        await forgetCodesTried(manager, member);
        await endLinks(manager, member, at, ['PASSWORD']);
      }
    });
  }

  /**
   * Sets another password by the one before. It ends every other session of the person, in every agency that it opens, and gives
   * this one another token. Throws UNAUTHENTICATED for a wrong one, THROTTLED; refuses with INVALID (also for the one that it is), and
   * with WRONG_STATE where it opens another agency in which there is a second factor.
   */
  async change(
    session: ShownSession,
    { current, password, isOwn, ...from }: ChangePassword,
  ): Promise<Changed | Refusal> {
    const shown = { password: current, ...from };
    const { member, name, account, passwordHash } = await checkPassword(
      ...[this.dataSource, this.parts, session, shown],
    );
    // They have shown it: it is no news to them.
    const field = isOwn ? 'ownPassword' : 'password';
    if (inOneForm(password) === inOneForm(current))
      return refuse('INVALID', 'That is the password already.', field);
    const { agencyId } = session.viewer;
    const ref = { agencyId, memberId: session.memberId };
    const words = [member.email ?? '', member.name ?? ''];
    const refused =
      (await refuseWeakPassword(password, { ...ref, words })) ??
      (await inAgency(this.dataSource, session.viewer, (manager) =>
        this.refuseGuarded(manager, ref, { account, isOwn }),
      ));
    if (refused) return refused;
    const tried = { account: member.email ?? '', place: from.place, lock: lockOf(account, agencyId) };
    await this.parts.limits.countChange(tried);
    const { turns, passwords } = this.parts;
    const hash = await turns.run({ ...tried, ...from }, () => passwords.hash(password, from.place));
    const begun = await inAgency(this.dataSource, session.viewer, async (manager) => {
      const now = (await holdPassword(manager, name, passwordHash, agencyId)) ?? account;
      const at = await clockOf(manager);
      const guarded = await this.refuseGuarded(manager, ref, { account: now, isOwn });
      if (guarded) return guarded;
      const changed = (isOwn ? withOwnPassword : withPassword)(now, agencyId, hash);
      await writeAccount(manager, changed, name);
      // Here alone: this session has shown the code that is asked for here, and none of another agency's.
      await forgetCodesTried(manager, ref);
      await holdSessions(manager, member);
      // Where it was ended meanwhile, as by a second factor that is demanded since, none takes its place.
      if (!(await endSession(manager, { agencyId, id: session.id }, at))) throw hasEnded();
      const { members } = isOwn ? { members: [ref] } : lockOf(now, agencyId);
      await endEverywhere(
        manager,
        this.parts.audit,
        ref,
        { before: now, after: changed, members, byLink: null },
        at,
      );
      const begunNow = await beginSession(manager, member, 'SIGNED_IN', at);
      return { session: begunNow, lock: lockOf(changed, agencyId), at };
    });
    if (begun instanceof Refusal) return begun;
    const { lock, at } = begun;
    const { limits, devices } = this.parts;
    await this.parts.changes.behind(limits.forget({ ...tried, lock }, hash));
    const device = await this.parts.changes.behind(devices.make(tried.account, hash, at));
    return { session: begun.session, device };
  }

  /**
   * A session says nothing of the second factors of other agencies, not even where it has shown one: whoever knows the password
   * alone sets one up where there was none. They would set another password for all of them, and keep out whom the factor guards.
   */
  private async refuseGuarded(
    manager: EntityManager,
    here: MemberRef,
    { account, isOwn }: { readonly account: Account; readonly isOwn: boolean },
  ): Promise<Refusal | null> {
    const others = lockOf(account, here.agencyId).members.filter(
      ({ agencyId }) => agencyId !== here.agencyId,
    );
    const { areSent } = this.parts.letters;
    if (isOwn) {
      if (!areSent && others.length > 0) return null;
      const way = areSent
        ? 'POST /auth/password/ask sends a link'
        : 'it opens no other agency, send `password`';
      return refuse('WRONG_STATE', `For another password: ${way}.`, 'ownPassword');
    }
    await seeBesides(manager, here, others);
    for (const other of others) {
      // One that is just being put in force there is, by whoever waited; or its session ends with the others.
      await holdSessions(manager, { agencyId: other.agencyId, id: other.memberId });
      if ((await inForceSince(manager, other)) === null) continue;
      const way = areSent
        ? 'by a link of POST /auth/password/ask'
        : 'send `ownPassword`, which is for this agency alone';
      const message = `The password opens another agency too, where there is a second factor: change it there, or ${way}.`;
      return refuse('WRONG_STATE', message, 'password');
    }
    return null;
  }

  private account(name: AccountName): Promise<Account | null> {
    return inAgency(this.dataSource, byItself(NO_AGENCY), (manager) => findAccount(manager, name));
  }

  private async sendLink(email: string): Promise<void> {
    const name = accountName(this.parts.fingerprints, email);
    const account = await this.linkTurns.run(NO_AGENCY, () => this.account(name));
    if (!account || !this.canBeAskedFor) return;
    const failures: unknown[] = [];
    for (const member of mostOwn(account)) {
      try {
        const isTheirs = await this.linkTurns.run(member.agencyId, () =>
          inAgency(this.dataSource, byItself(member.agencyId), (manager) =>
            writePasswordLetter(manager, this.parts, member),
          ),
        );
        if (isTheirs) return this.parts.letters.send(member.agencyId);
      } catch (error) {
        // An agency that is kept busy keeps nobody from a link of the next.
        if (isUnreachable(error)) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures.at(-1);
  }
}

/** Those first that the account's password opens: where an agency's provider or a password of its own does, somebody else may be meant. */
function mostOwn(account: Account): MemberRef[] {
  const rank = ({ joinedBy }: AccountMember): number => Number(joinedBy !== 'PASSWORD');
  return account.members.toSorted((one, other) => rank(one) - rank(other));
}

function hasEnded(): Failure {
  return new Failure('UNAUTHENTICATED', 'The session has ended: sign in again.');
}
