import type { DataSource } from 'typeorm';
import { refuse, type Refusal } from '../../errors.js';
import { inAgency } from '../../tenancy/door.js';
import { checkUrl, GuardError } from '../../egress/guarded-fetch.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { isNoWider } from '../../tenancy/roles.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbiddenBeyondClientAccount, requireWhole } from './access.js';
import { type Check, checkAll, checkText } from '../checks.js';
import { refuseLastDoor } from './last-owner.js';
import type { MemberParts } from './member.desk.js';
import {
  deleteProvider,
  readProvider,
  writeProvider,
  type KeptProvider,
  type SignInProvider,
} from './sign-in-provider.js';

/** Longest text of a provider's, as the table has it. */
const TEXT_LENGTH_MAX = 500;
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export interface SetSignInProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly allowedDomain: string;
}

export interface ProviderParts extends MemberParts {
  readonly sealer: Sealer;
  /** Whether a provider may be on this machine. */
  readonly isLoopbackAllowed: boolean;
}

/** By which OpenID provider the people of an agency sign in. */
export class SignInProviderService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: ProviderParts,
  ) {}

  /** Null where there is none. Throws FORBIDDEN. */
  async find(viewer: Viewer): Promise<SignInProvider | null> {
    requireWhole(viewer, 'signInProvider');
    return inAgency(this.dataSource, viewer, (manager) => readProvider(manager, viewer.agencyId));
  }

  /**
   * Sets it, in the place of the one before. It signs in those whose role is no wider than the viewer's: whoever names a
   * provider can be anybody there. Refuses with FORBIDDEN_FOR_ROLE, INVALID, WRONG_STATE where the last owner comes by the one before.
   */
  async set(viewer: Viewer, input: SetSignInProvider): Promise<SignInProvider | Refusal> {
    const allowedDomain = input.allowedDomain.trim().toLowerCase();
    const refusal =
      forbiddenBeyondClientAccount(viewer, 'setSignInProvider') ?? this.check({ ...input, allowedDomain });
    if (refusal) return refusal;
    const { agencyId } = viewer;
    const { sealer } = this.parts;
    return this.parts.changes.make(viewer, async (manager, setAt) => {
      const before = await readProvider(manager, agencyId);
      const above = refuseAbove(before, viewer);
      if (above) return above;
      const { issuer, clientId, clientSecret } = input;
      const after = {
        ...{ agencyId, id: uuidAt(setAt), issuer, clientId, clientSecret, allowedDomain, setAt },
        setByRole: viewer.role,
      };
      const last = await refuseLastDoor(manager, this.parts, agencyId, { before, after });
      if (last) return last;
      await writeProvider(manager, sealer, after);
      await this.parts.audit.write(manager, viewer, setAt, {
        ...{ verb: 'setSignInProvider', subjectKind: 'ACCESS_RULES', subjectId: agencyId },
        ...{ before: told(before), after: told(after) },
      });
      return after;
    });
  }

  /**
   * Takes it away; whoever has no password is to be given one. False where there was none. Refuses with FORBIDDEN_FOR_ROLE, WRONG_STATE
   * where the last owner comes by it.
   */
  async remove(viewer: Viewer): Promise<{ readonly removed: boolean } | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'removeSignInProvider');
    if (refusal) return refusal;
    const { agencyId } = viewer;
    return this.parts.changes.end(viewer, async (manager, at) => {
      const before = await readProvider(manager, agencyId);
      const above = refuseAbove(before, viewer);
      if (above) return above;
      const last = await refuseLastDoor(manager, this.parts, agencyId, { before, after: null });
      if (last) return last;
      const removed = await deleteProvider(manager, agencyId);
      await this.parts.audit.write(manager, viewer, at, {
        ...{ verb: 'removeSignInProvider', subjectKind: 'ACCESS_RULES', subjectId: agencyId },
        ...{ before: told(before), after: {} },
      });
      return { removed };
    });
  }

  private check({ issuer, clientId, clientSecret, allowedDomain }: SetSignInProvider): Check {
    return checkAll(
      checkText(issuer, TEXT_LENGTH_MAX, 'issuer'),
      checkText(clientId, TEXT_LENGTH_MAX, 'clientId'),
      checkText(clientSecret, TEXT_LENGTH_MAX, 'clientSecret'),
      this.checkIssuer(issuer),
      DOMAIN.test(allowedDomain)
        ? null
        : refuse(
            'INVALID',
            'allowedDomain is what stands behind the @, such as example.com.',
            'allowedDomain',
          ),
    );
  }

  /** As far as it tells by itself. Where its name leads to is looked at whenever it is asked. */
  private checkIssuer(issuer: string): Check {
    try {
      const { search, hash } = checkUrl(issuer, this.parts);
      if (search === '' && hash === '') return null;
    } catch (error) {
      if (!(error instanceof GuardError)) throw error;
    }
    const message =
      'issuer is an address of https on the public internet, such as https://login.example.com.';
    return refuse('INVALID', message, 'issuer');
  }
}

/** By a provider that somebody wider named come people whom one of the viewer's signs in no more. */
function refuseAbove(before: KeptProvider | null, { role }: Viewer): Refusal | null {
  if (!before || isNoWider(before.setByRole, role)) return null;
  const message = `The provider was named by the role ${before.setByRole}: nobody of a narrower one changes it.`;
  return refuse('FORBIDDEN_FOR_ROLE', message);
}

/** To the audit log: which one it is. The secret is not told, nor what it is a fingerprint of. */
function told(provider: (SignInProvider & { readonly id: string }) | null): object {
  if (!provider) return {};
  const { id, issuer, clientId, allowedDomain } = provider;
  return { signInProviderId: id, issuer, clientId, allowedDomain };
}
