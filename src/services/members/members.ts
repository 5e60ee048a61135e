import type { DataSource } from 'typeorm';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { APPROVAL_PATH } from '../../tenancy/approval-link.js';
import { Passwords } from '../../tenancy/passwords.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { AccessRulesService } from './access-rules.service.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { Devices } from './devices.js';
import { InvitationService } from './invitation.service.js';
import { type LetterKind, Letters } from './letters.js';
import { MemberDesk } from './member.desk.js';
import { MemberRightsService } from './member.rights.service.js';
import { MemberService } from './member.service.js';
import { OpenId } from './open-id.js';
import { OpenIdService } from './open-id.service.js';
import { PasswordService } from './password.service.js';
import { Postman } from './postman.js';
import { providerLinks } from './provider-links.js';
import { SecondFactorService } from './second-factor.service.js';
import { SignInProviderService } from './sign-in-provider.service.js';
import { SignInLimits } from './sign-in.limits.js';
import { SignInService } from './sign-in.service.js';
import { SignInTurns } from './sign-in.turns.js';

/** What the services of members are made from. */
export interface MembersParts {
  readonly dataSource: DataSource;
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly fingerprints: Fingerprints;
  readonly sealer: Sealer;
  /** Null where no mail is sent. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | null;
  /** Where people reach this server. */
  readonly publicUrl: () => string;
  readonly onFailure: (error: unknown) => void;
  /** Whether a provider of an agency may be on this machine. */
  readonly isLoopbackAllowed: boolean;
  readonly onProviderFailure: (error: unknown) => void;
}

export type Members = ReturnType<typeof wireMembers>;

/** The services of members and their sign-in, wired; `close` waits for what they do by themselves. */
export function wireMembers(parts: MembersParts) {
  const { dataSource, changes, audit, fingerprints, sealer, mail, publicUrl, onFailure } = parts;
  const addressOf = (purpose: LetterKind, token: string): string => linkAddress(publicUrl(), purpose, token);
  const postman = mail && new Postman(dataSource, { ...mail, sealer, addressOf, onFailure });
  const letters = new Letters(sealer, postman && ((agencyId) => postman.wake(agencyId)), addressOf);
  const desk = new MemberDesk({ changes, audit, letters, fingerprints });
  const limits = new SignInLimits(dataSource, fingerprints);
  const signInParts = {
    ...{ changes, audit, fingerprints, letters },
    passwords: new Passwords(),
    ...{ limits, turns: new SignInTurns() },
    devices: new Devices(fingerprints, sealer, limits),
    onFailure,
  };
  const { isLoopbackAllowed, onProviderFailure } = parts;
  const links = providerLinks(publicUrl);
  const openId = new OpenId(isLoopbackAllowed);
  const passwords = new PasswordService(dataSource, signInParts);
  return {
    letters,
    devices: signInParts.devices,
    members: new MemberService(dataSource, desk),
    memberRights: new MemberRightsService(desk, (email) => passwords.send(email)),
    signIns: new SignInService(dataSource, signInParts),
    invitations: new InvitationService(dataSource, signInParts),
    passwords,
    secondFactors: new SecondFactorService(dataSource, sealer, signInParts),
    providers: new SignInProviderService(dataSource, { ...desk.parts, sealer, isLoopbackAllowed }),
    providerLinks: links,
    openIds: new OpenIdService(dataSource, {
      ...{ ...signInParts, sealer, openId, onProviderFailure },
    }),
    accessRules: new AccessRulesService(desk),
    close: async (): Promise<void> => {
      await passwords.settled();
      await postman?.close();
    },
  };
}

const PAGES: Readonly<Record<LetterKind, string>> = {
  INVITATION: '/join#',
  PASSWORD: '/password#',
  // A page without scripts has to be asked for by it.
  APPROVAL: APPROVAL_PATH,
  CODES_TRIED: '/',
};

/** Behind the #: a browser sends that to nobody, so the token is in no log and no Referer. */
export function linkAddress(publicUrl: string, purpose: LetterKind, token: string): string {
  return `${publicUrl}${PAGES[purpose]}${token}`;
}
