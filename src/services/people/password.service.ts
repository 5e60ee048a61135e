import type { DataSource } from 'typeorm';
import type { Refusal } from '../../errors.js';
import { clockOf } from '../../tenancy/clock.js';
import {
  accountName,
  findAccount,
  openedByPassword,
  openedWhole,
  setPasswordHash,
  type Account,
  type AccountName,
  type MemberRef,
} from '../../tenancy/accounts.js';
import { inAgency, inAgencyShown } from '../../tenancy/door.js';
import type { ShownSession } from '../../tenancy/session-rows.js';
import { parseToken } from '../../tenancy/token.js';
import type { Change } from '../audit-log.js';
import { checkPassword } from './password.check.js';
import { endLinks, findLink, issueLink, useLink } from './links.js';
import { refuseWeakPassword } from './password-strength.js';
import { beginSession, endSessions, holdSessions, type BegunSession } from './sessions.js';
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
    await this.parts.limits.count({ account: `password ${email}`, place });
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
    const known = await inAgencyShown(this.dataSource, parsed, async (manager) => {
      const link = await findLink(manager, parsed, 'PASSWORD', await clockOf(manager));
      return link && (await findActive(manager, link));
    });
    if (!known?.email) throw noLink();
    const weak = await refuseWeakPassword(password, [known.email, known.name ?? '']);
    if (weak) return weak;
    const hash = await this.parts.passwords.hash(password);
    const name = accountName(this.parts.fingerprints, known.email);
    const account = await inAgency(this.dataSource, parsed, async (manager) => {
      const at = await clockOf(manager);
      const link = await findLink(manager, parsed, 'PASSWORD', at);
      const now = await findAccount(manager, name, 'FOR UPDATE');
      if (!link || !now || !(await useLink(manager, link, at))) throw noLink();
      await setPasswordHash(manager, openedWhole(now), name, hash);
      await this.parts.audit.write(manager, themselves(known), at, passwordSet(known.id));
      return now;
    });
    await this.endEverywhere(account.members);
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
    const { member, name, account } = await checkPassword(this.dataSource, this.parts, session, {
      ...{ password: current, place },
    });
    const ref = { agencyId: session.viewer.agencyId, memberId: session.memberId };
    const weak = await refuseWeakPassword(password, [member.email ?? '', member.name ?? '']);
    if (weak) return weak;
    const hash = await this.parts.passwords.hash(password);
    await inAgency(this.dataSource, ref, async (manager) => {
      const now = await holdPassword(manager, name, account.passwordHash);
      await setPasswordHash(manager, now ?? account, name, hash);
      await this.parts.audit.write(
        manager,
        themselves(member),
        await clockOf(manager),
        passwordSet(member.id),
      );
    });
    await this.endEverywhere(openedByPassword(account));
    return inAgency(this.dataSource, ref, async (manager) => {
      await holdPassword(manager, name, hash);
      await holdSessions(manager, member);
      return beginSession(manager, member, 'SIGNED_IN', await clockOf(manager));
    });
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
      const link = await issueLink(manager, first, 'PASSWORD', at);
      await this.parts.letters.write(manager, first, 'PASSWORD', link, at);
    });
    this.parts.letters.send(first.agencyId);
  }

  private async endEverywhere(members: readonly MemberRef[]): Promise<void> {
    for (const { agencyId, memberId } of members) {
      await inAgency(this.dataSource, { agencyId }, async (manager) => {
        const at = await clockOf(manager);
        await endSessions(manager, { agencyId, id: memberId }, at);
        await endLinks(manager, { agencyId, memberId }, at, ['PASSWORD']);
      });
    }
  }
}

/** That it was, never what it is. */
function passwordSet(subjectId: string): Change {
  return { verb: 'setPassword', subjectKind: 'MEMBER', subjectId, before: {}, after: { passwordSet: true } };
}
