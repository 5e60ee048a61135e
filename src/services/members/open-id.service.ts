import { createHash, randomBytes } from 'node:crypto';
import { domainToASCII, domainToUnicode } from 'node:url';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { MemberEntity } from '../../entities/member.entity.js';
import { Failure, NotNow, Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { accountName, comparable, joinAccount } from '../../tenancy/accounts.js';
import { fromNetwork, inAgency, inAgencyNamed, type Named } from '../../tenancy/door.js';
import { isNoWider } from '../../tenancy/roles.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { checkEmail, checkName, EMAIL_LENGTH_MAX } from '../checks.js';
import { endLinks } from './links.js';
import { updateMember } from './member.desk.js';
import type { Claimed, OpenId, Secrets } from './open-id.js';
import { ProviderTurns } from './provider-turns.js';
import { askedProvider, readProvider, type AskedProvider, type KeptProvider } from './sign-in-provider.js';
import { holdSessions } from './sessions.js';
import { beginSessionFor, themselves, type SignedIn, type SignInParts } from './sign-in.js';
import type { Try } from './sign-in.limits.js';

/** How long somebody may take at the provider. */
export const BEGUN_LASTS_MS = 600_000;
/** What a browser keeps meanwhile opens as this alone. */
const OWNER = ['open-id'];

interface Begun extends Secrets {
  readonly v: 1;
  readonly agencyId: string;
  readonly providerId: string;
  readonly until: Instant;
}

interface Looked {
  readonly provider: AskedProvider | null;
  readonly at: Instant;
  readonly isUsed: boolean;
}

export interface OpenIdParts extends SignInParts {
  readonly sealer: Sealer;
  readonly openId: OpenId;
  /** Told why a provider could not be used, for whoever runs this server. */
  readonly onProviderFailure: (error: unknown) => void;
}

/** Signing in by the OpenID provider of an agency, as one of its members. */
export class OpenIdService {
  private readonly asking = new ProviderTurns();

  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: OpenIdParts,
  ) {}

  /**
   * Begins a sign-in: where the browser goes, and what it keeps until it comes back. Throws NOT_FOUND for an agency that has
   * no provider, or is none; UNAVAILABLE where the provider can't be used; THROTTLED.
   */
  async begin(
    agencyId: string,
    { place, callbackUrl }: { readonly place: string; readonly callbackUrl: string },
  ): Promise<{ readonly url: URL; readonly kept: string }> {
    const tried = begunBy(agencyId, place);
    await this.parts.turns.run(tried, () => this.parts.limits.countBegun(tried));
    const { provider, at } = await this.look({ agencyId, place });
    if (!provider) throw new Failure('NOT_FOUND', 'The agency has no provider to sign in by.');
    const secrets = { state: random(), nonce: random(), verifier: random() };
    const { openId, sealer } = this.parts;
    const url = await this.asking.run({ agencyId, place }, () =>
      openId.begin(provider, secrets, { callbackUrl, at }).catch((error: unknown) => this.fail(error)),
    );
    const begun: Begun = { v: 1, agencyId, providerId: provider.id, until: at + BEGUN_LASTS_MS, ...secrets };
    return { url, kept: sealer.seal('SIGN_IN_BEGUN', OWNER, JSON.stringify(begun)).toString('base64url') };
  }

  /**
   * Ends it: `kept` is what the browser kept, `cameBackTo` where the provider sent it back to: the address of `agencyId`, with
   * all that came behind it. A member who was invited has accepted by it. Throws UNAUTHENTICATED where any of it is wrong, was
   * used before or took too long, and for whoever is no such member; THROTTLED where too many of the agency wait for its provider.
   */
  async end(
    kept: string | undefined,
    {
      agencyId,
      cameBackTo,
      place,
    }: { readonly agencyId: string; readonly cameBackTo: URL; readonly place: string },
  ): Promise<SignedIn> {
    const begun = this.open(kept);
    // What came back to another agency's address is of another provider: this one is not told of it.
    if (begun.agencyId !== agencyId) throw notBegun();
    const { provider, at, isUsed } = await this.look({ agencyId, place }, begun);
    const isOfNow = provider?.id === begun.providerId && begun.until > at && !isUsed;
    if (!isOfNow || cameBackTo.searchParams.get('state') !== begun.state) throw notBegun();
    if (!(await this.use(begun, { at, place }))) throw notBegun();
    const claimed = await this.asking.run({ agencyId, place }, () =>
      this.parts.openId
        .end(provider, begun, { cameBackTo, at })
        .catch((error: unknown) => this.refuse(error)),
    );
    const entered = await this.enter(provider, claimed, place);
    await this.parts.changes.behind(this.parts.limits.forget(begunBy(agencyId, place)));
    return entered;
  }

  /** Of what was begun also whether it was used: what is sent again and again takes no turn of the agency. */
  private async look(named: Named, begun: Begun | null = null): Promise<Looked> {
    const { found, ...rest } = await inAgencyNamed(this.dataSource, named, async (manager) => ({
      found: await readProvider(manager, named.agencyId),
      at: await clockOf(manager),
      isUsed: begun !== null && (await isUsed(manager, begun)),
    }));
    const provider = found && (askedProvider(this.parts.sealer, found) ?? this.fail(new Error(SECRET_LOST)));
    return { provider, ...rest };
  }

  private open(kept: string | undefined): Begun {
    if (kept === undefined) throw notBegun();
    try {
      // Sealed by this server: it is what it was.
      return JSON.parse(
        this.parts.sealer.open('SIGN_IN_BEGUN', OWNER, Buffer.from(kept, 'base64url')),
      ) as Begun;
    } catch {
      throw notBegun();
    }
  }

  /** Whether it is the first time, over all processes, whatever the provider makes of a code that comes twice. */
  private use(
    { agencyId, state, until }: Begun,
    { at, place }: { readonly at: Instant; readonly place: string },
  ): Promise<boolean> {
    return inAgency(this.dataSource, fromNetwork(agencyId, place), async (manager) => {
      await manager.query('DELETE FROM sign_in_return WHERE agency_id = $1 AND expires_at <= $2', [
        agencyId,
        at,
      ]);
      const used = await manager.query<object[]>(
        `INSERT INTO sign_in_return (agency_id, state_sha256, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING RETURNING expires_at`,
        [agencyId, digestOf(state), until],
      );
      return used.length === 1;
    });
  }

  private async enter(provider: KeptProvider, claimed: Claimed, place: string): Promise<SignedIn> {
    const emails = addressesIn(provider, claimed);
    const found = await inAgency(this.dataSource, fromNetwork(provider.agencyId, place), async (manager) => {
      const member = await holdMember(manager, provider, emails);
      if (member.status !== 'ACTIVE') return member;
      return beginSessionFor(manager, member, await clockOf(manager), claimed.hadSecondFactor);
    });
    if (!(found instanceof MemberEntity)) return found;
    const outcome = await this.parts.changes.make(themselves(found), async (manager, at) => {
      const now = await holdMember(manager, provider, emails);
      const joined = now.status === 'ACTIVE' ? now : await this.join(manager, now, claimed.name, at);
      return beginSessionFor(manager, joined, at, claimed.hadSecondFactor);
    });
    if (outcome instanceof Refusal) throw notAMember();
    return outcome;
  }

  /** The invitation is accepted; its link is good for nothing any more. No password is set, and one that there is stays. */
  private async join(
    manager: EntityManager,
    member: MemberEntity,
    claimedName: string | null,
    at: Instant,
  ): Promise<MemberEntity> {
    const { agencyId, id, email } = member;
    const told = claimedName !== null && checkName(claimedName) === null ? claimedName : null;
    const joined = manager.create(MemberEntity, {
      ...{ ...member, name: member.name ?? told ?? email?.slice(0, 200) ?? id },
      ...{ status: 'ACTIVE', joinedAt: at, rights: member.rights + 1 },
    });
    const account = accountName(this.parts.fingerprints, email ?? '');
    const joining = { agencyId, memberId: id, joinedBy: 'PROVIDER' } as const;
    await joinAccount(manager, account, joining, at);
    await endLinks(manager, { agencyId, memberId: id }, at, ['INVITATION']);
    await updateMember(manager, joined);
    await this.parts.audit.write(manager, themselves(joined), at, {
      ...{ verb: 'acceptInvitation', subjectKind: 'MEMBER', subjectId: id },
      ...{ before: { status: member.status }, after: { status: joined.status } },
    });
    return joined;
  }

  /** In one message, whatever it is: an agency's owner learns nothing of what there is beside this server. It is nobody's fault here. */
  private fail(error: unknown): never {
    this.parts.onProviderFailure(error);
    throw new NotNow('The provider of the agency can’t be used now.', RETRY_AFTER_MS);
  }

  private refuse(error: unknown): never {
    this.parts.onProviderFailure(error);
    throw new Failure('UNAUTHENTICATED', 'The provider did not say who you are, or not so that it counts.');
  }
}

const RETRY_AFTER_MS = 30_000;

async function isUsed(manager: EntityManager, { agencyId, state }: Begun): Promise<boolean> {
  const used = await manager.query<object[]>(
    'SELECT 1 FROM sign_in_return WHERE agency_id = $1 AND state_sha256 = $2',
    [agencyId, digestOf(state)],
  );
  return used.length > 0;
}

function digestOf(state: string): Buffer {
  return createHash('sha256').update(state).digest();
}

const SECRET_LOST =
  'The secret of an agency’s provider is sealed under a HEADROOM_SECRET that this server has no more: setSignInProvider names it anew.';

/** Nobody has said yet who they are: by the agency. */
function begunBy(agencyId: string, place: string): Try {
  return { what: 'PROVIDER', account: agencyId, place };
}

/**
 * The address that a provider vouches for, as it is kept and as it was told: some write a domain as names are asked for, and so did whoever
 * was invited before there was one way. Throws UNAUTHENTICATED for one that it does not, or may not.
 */
function addressesIn({ allowedDomain }: KeptProvider, { email, isEmailVerified }: Claimed): string[] {
  const told = comparable((email ?? '').slice(0, 2 * EMAIL_LENGTH_MAX));
  const at = told.lastIndexOf('@') + 1;
  const domain = told.slice(at);
  const address = `${told.slice(0, at)}${domain.includes('xn--') ? domainToUnicode(domain) : domain}`;
  if (checkEmail(address) !== null || !isEmailVerified) {
    throw new Failure('UNAUTHENTICATED', 'The provider does not vouch for an address of yours.');
  }
  if (domainToASCII(domain) === allowedDomain) return [address, told];
  throw new Failure('UNAUTHENTICATED', `The provider speaks for addresses of ${allowedDomain} alone.`);
}

/**
 * Who has an address in an agency. Throws UNAUTHENTICATED where nobody has, and for a role that is wider than that of whoever
 * named the provider.
 */
async function memberOf(
  manager: EntityManager,
  { agencyId, setByRole }: KeptProvider,
  emails: readonly string[],
): Promise<MemberEntity> {
  const [active, invited] = await Promise.all(
    (['ACTIVE', 'INVITED'] as const).map((status) =>
      manager.findOneBy(MemberEntity, { agencyId, email: In(emails), status }),
    ),
  );
  const member = active ?? invited;
  if (!member) throw notAMember();
  if (isNoWider(member.role, setByRole)) return member;
  const message = `The provider was named by the role ${setByRole}, and signs in nobody of a wider one.`;
  throw new Failure('UNAUTHENTICATED', message);
}

/**
 * The same, once nobody else changes who they are, what they may do or by which provider they come. What was found out before is of
 * before: a provider lets its answer wait for as long as it likes.
 */
async function holdMember(
  manager: EntityManager,
  provider: KeptProvider,
  emails: readonly string[],
): Promise<MemberEntity> {
  const { agencyId, id } = provider;
  const held = await manager.query<object[]>(
    'SELECT id FROM sign_in_provider WHERE agency_id = $1 AND id = $2 FOR SHARE',
    [agencyId, id],
  );
  if (held.length === 0) throw notBegun();
  await holdSessions(manager, await memberOf(manager, provider, emails));
  return memberOf(manager, provider, emails);
}

function notAMember(): Failure {
  return new Failure('UNAUTHENTICATED', 'Your address is of no member of the agency.');
}

/** One message for what was not begun here, is over, or was used. */
function notBegun(): Failure {
  return new Failure(
    'UNAUTHENTICATED',
    'This sign-in did not begin in this browser, is over, or took too long.',
  );
}

/** 256 random bits, as all three of state, nonce and verifier may be. */
function random(): string {
  return randomBytes(32).toString('base64url');
}
