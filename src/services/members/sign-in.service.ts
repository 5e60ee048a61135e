import { type DataSource, In } from 'typeorm';
import { AgencyEntity } from '../../entities/agency.entity.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import {
  accountName,
  findAccount,
  isOfNewest,
  lockOf,
  withPassword,
  writeAccount,
  type AccountName,
  type MemberRef,
} from '../../tenancy/accounts.js';
import { fromNetwork, inAgencies, inAgency } from '../../tenancy/door.js';
import { SESSION_IDLE_MS, type ShownSession } from '../../tenancy/session-rows.js';
import type { CameFrom } from './devices.js';
import { endSession, endSessions } from './sessions.js';
import {
  beginSessionFor,
  findActive,
  holdPassword,
  isRight,
  NO_AGENCY,
  notSignedIn,
  type SignedIn,
  type SignInParts,
} from './sign-in.js';

export interface SignIn extends CameFrom {
  readonly email: string;
  readonly password: string;
  /** For whoever is a member of several. */
  readonly agencyId: string | null;
}

/** The agencies of a person who is a member of several: they say which. */
export interface ChooseAgency {
  readonly kind: 'CHOOSE_AGENCY';
  readonly agencies: readonly { readonly agencyId: string; readonly name: string }[];
}

/** A session as its member is shown it. */
export interface ListedSession {
  readonly id: string;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant;
  readonly isThisOne: boolean;
}

/** One member, and what is kept of the password since. */
interface Opens {
  readonly kind: 'OPENS';
  readonly member: MemberRef;
  readonly name: AccountName;
  readonly kept: string | null;
  readonly at: Instant;
}

/** Signing in with an address and a password, and out again. */
export class SignInService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: SignInParts,
  ) {}

  /**
   * Throws UNAUTHENTICATED, in the same words and after the same work for a wrong password and for an address that nobody
   * has; THROTTLED after too many tries.
   */
  async signIn(asked: SignIn): Promise<SignedIn | ChooseAgency> {
    const { email, ...from } = asked;
    const shown = await this.parts.turns.run({ account: email, ...from }, () => this.show(asked));
    if (shown.kind === 'CHOOSE_AGENCY') return shown;
    // Before there is a session, which nobody would have where it failed.
    const device = await this.parts.devices.make(email, shown.kept, shown.at);
    return { ...(await this.begin(shown, asked.place)), device };
  }

  /** What is opened by a password. */
  private async show({ email, password, agencyId, ...from }: SignIn): Promise<Opens | ChooseAgency> {
    const { fingerprints, devices, passwords } = this.parts;
    const name = accountName(fingerprints, email);
    const asker = fromNetwork(NO_AGENCY, from.place);
    const [account, at] = await inAgency(this.dataSource, asker, async (manager) => [
      await findAccount(manager, name),
      await clockOf(manager),
    ]);
    const lock = lockOf(account, agencyId);
    const { passwordHash, members } = lock;
    const tried = await devices.tryFrom(from, email, lock, at);
    const isTheirs = await isRight(this.parts, { tried, kept: passwordHash, shown: password });
    if (!account || !isTheirs) throw notSignedIn();
    const asked = members.filter((member) => agencyId === null || member.agencyId === agencyId);
    if (asked.length > 1) return { kind: 'CHOOSE_AGENCY', agencies: await this.named(asked) };
    const [member] = asked;
    if (!member) throw notSignedIn();
    const isOld = !isOfNewest(account, name);
    const isOutdated =
      passwordHash !== null && (await passwords.isOutdated(passwordHash, password, from.place));
    const hash = isOutdated ? await passwords.hash(password, from.place) : passwordHash;
    const kept =
      isOld || isOutdated
        ? await this.keepAnew(name, member, { kept: passwordHash, hash, place: from.place })
        : passwordHash;
    return { kind: 'OPENS', member, name, kept, at };
  }

  async signOut({ viewer, id }: ShownSession): Promise<void> {
    await inAgency(this.dataSource, viewer, async (manager) =>
      endSession(manager, { agencyId: viewer.agencyId, id }, await clockOf(manager)),
    );
  }

  /**
   * Ends every session of the member, this one too; before that none of the browsers is known any more that came in with the password
   * which opens the agency: whoever is told of a failure has a session to ask again by. Those of another password are not theirs to
   * end: somebody else may have set it.
   */
  async signOutEverywhere({ viewer, memberId }: ShownSession): Promise<void> {
    const { agencyId } = viewer;
    const { fingerprints, limits } = this.parts;
    const found = await inAgency(this.dataSource, viewer, async (manager) => {
      const email = (await findActive(manager, { agencyId, memberId }))?.email;
      return email ? { email, account: await findAccount(manager, accountName(fingerprints, email)) } : null;
    });
    if (found) {
      const { members, passwordHash } = lockOf(found.account, agencyId);
      const isTheirs = members.some((member) => member.memberId === memberId);
      if (isTheirs) await limits.endDevices(found.email, passwordHash);
    }
    await inAgency(this.dataSource, viewer, async (manager) =>
      endSessions(manager, { agencyId, id: memberId }, await clockOf(manager)),
    );
  }

  /** Those of the member that are in force, newest first. */
  async sessions({ viewer, memberId, id }: ShownSession): Promise<ListedSession[]> {
    const { agencyId } = viewer;
    return inAgency(this.dataSource, viewer, async (manager) => {
      const at = await clockOf(manager);
      const rows = await manager.query<{ id: string; created_at: string; last_used_at: string }[]>(
        `SELECT id, created_at, last_used_at FROM session
         WHERE agency_id = $1 AND member_id = $2 AND ended_at IS NULL AND stage = 'SIGNED_IN'
           AND expires_at > $3 AND last_used_at > $3 - ${SESSION_IDLE_MS}
         ORDER BY id DESC LIMIT 100`,
        [agencyId, memberId, at],
      );
      return rows.map((row) => ({
        id: row.id,
        createdAt: Number(row.created_at),
        lastUsedAt: Number(row.last_used_at),
        isThisOne: row.id === id,
      }));
    });
  }

  private begin({ member: { agencyId, memberId }, name, kept }: Opens, place: string): Promise<SignedIn> {
    return inAgency(this.dataSource, fromNetwork(agencyId, place), async (manager) => {
      await holdPassword(manager, name, kept, agencyId);
      const member = await findActive(manager, { agencyId, memberId });
      if (!member) throw notSignedIn();
      return beginSessionFor(manager, member, await clockOf(manager));
    });
  }

  /** In no turn of those agencies: what is asked for in one of them would keep whoever is of another waiting too. */
  private async named(members: readonly MemberRef[]): Promise<ChooseAgency['agencies']> {
    const agencyIds = members.map(({ agencyId }) => agencyId);
    const found = await inAgencies(this.dataSource, agencyIds, (manager) =>
      manager.findBy(AgencyEntity, { agencyId: In(agencyIds) }),
    );
    const names = new Map(found.map(({ agencyId, name }) => [agencyId, name]));
    return agencyIds.flatMap((agencyId) => {
      const name = names.get(agencyId);
      return name === undefined ? [] : [{ agencyId, name }];
    });
  }

  /**
   * The password is at hand: now it can be kept at the cost and in the form of today, and under the newest secret. Answers with what is
   * kept of it since.
   */
  private async keepAnew(
    name: AccountName,
    { agencyId }: MemberRef,
    {
      kept,
      hash,
      place,
    }: { readonly kept: string | null; readonly hash: string | null; readonly place: string },
  ): Promise<string | null> {
    return inAgency(this.dataSource, fromNetwork(NO_AGENCY, place), async (manager) => {
      const now = await findAccount(manager, name, 'FOR UPDATE');
      // It may have been changed meanwhile: then this one is not it any more.
      if (!now || hash === null || lockOf(now, agencyId).passwordHash !== kept) return kept;
      await writeAccount(manager, withPassword(now, agencyId, hash), name);
      return hash;
    });
  }
}
