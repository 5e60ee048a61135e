import { domainToUnicode } from 'node:url';
import { refuse, type Refusal } from '../../errors.js';
import { comparedAddress, normalizeProfileUrl } from '../../imports/profile-url.js';
import { isPageOnLinkedIn } from '../../imports/linkedin-page.js';
import type { RecipientKey } from '../../ledger/people/recipients.js';
import type { EmployerKey } from '../../ledger/people/employers.js';
import type { Recipient } from '../../ledger/requests.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { cut } from '../../outreach/words.js';
import { checkAll, checkName, NAME_LENGTH_MAX } from '../checks.js';
import { HOST_LENGTH_MAX, normalized, withSingleSpaces } from '../../unicode.js';

/** A domain that lies deeper is nobody's employer: each that it lies below is looked up. */
const LABELS_MAX = 10;

/** A person as a caller names them. */
export interface RecipientTerms {
  readonly profileUrl: string;
  readonly name?: string | null | undefined;
  readonly company?: string | null | undefined;
  readonly companyDomain?: string | null | undefined;
}

/** A person by the fingerprint of their address, or what is wrong with it. */
export function readRecipient(
  fingerprints: Fingerprints,
  agencyId: string,
  terms: RecipientTerms,
): Recipient | Refusal {
  const profileUrl = normalizeProfileUrl(terms.profileUrl);
  if (profileUrl === null) {
    return refuse(
      'INVALID',
      'profileUrl is no address of a LinkedIn profile, such as https://www.linkedin.com/in/slug.',
      'recipient',
      'profileUrl',
    );
  }
  const wrong = checkAll(
    checkName(terms.name ?? undefined, 'recipient', 'name'),
    checkName(terms.company ?? undefined, 'recipient', 'company'),
    checkName(terms.companyDomain ?? undefined, 'recipient', 'companyDomain'),
    checkDomain(terms.companyDomain, 'recipient', 'companyDomain'),
  );
  if (wrong) return wrong;
  return {
    key: recipientKey(fingerprints, agencyId, profileUrl),
    profileUrl,
    name: terms.name ?? null,
    company: terms.company ?? null,
    companyDomain: terms.companyDomain ?? null,
    employers: employersOf(fingerprints, agencyId, terms),
  };
}

/** A mark on a domain could bind nobody by what is none, and by a page on LinkedIn everybody who has one. */
export function checkDomain(domain: string | null | undefined, ...path: string[]): Refusal | null {
  if (typeof domain !== 'string') return null;
  const field = path.at(-1) ?? '';
  if (isPageOnLinkedIn(domain)) {
    return refuse('INVALID', `${field} is a page on LinkedIn, and no domain, such as example.com.`, ...path);
  }
  if (normalizeDomain(domain) !== null) return null;
  return refuse(
    'INVALID',
    `${field} is no domain, such as example.com (${LABELS_MAX} parts at most).`,
    ...path,
  );
}

/**
 * By what marks on somebody's employer bind them: its name, its domain, and the domains that this one lies below. Who works at
 * `careers.example.com` is left alone with `example.com`.
 */
export function employersOf(
  fingerprints: Fingerprints,
  agencyId: string,
  { company, companyDomain }: Pick<RecipientTerms, 'company' | 'companyDomain'>,
): EmployerKey[] {
  const domains = companyDomain ? domainsAbove(companyDomain) : [];
  const keys = [
    company ? employerKey(fingerprints, agencyId, 'COMPANY', company) : null,
    ...domains.map((domain) => employerKey(fingerprints, agencyId, 'DOMAIN', domain)),
  ];
  return keys.flatMap((key) => key ?? []);
}

/** A domain and those that it lies below, as far as a mark on one makes sense. */
function domainsAbove(domain: string): string[] {
  const labels = normalizeDomain(domain)?.split('.') ?? [];
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}

/** How the people of a company are found, by its name or its domain; null for a name of which nothing is seen, and for what is no domain. */
export function employerKey(
  fingerprints: Fingerprints,
  agencyId: string,
  kind: EmployerKey['kind'],
  name: string,
): EmployerKey | null {
  const names = kind === 'COMPANY' ? namesOfCompany(name) : namesOfSite(name);
  const [newest, ...former] = names.map((one) => ({
    version: fingerprints.version,
    fingerprint: fingerprints.of('RECIPIENT', agencyId, kind, one),
  }));
  if (!newest) return null;
  const older = names.flatMap((one) => fingerprints.olderOf('RECIPIENT', agencyId, kind, one));
  return { kind, ...newest, older: [...former, ...older] };
}

/** Nobody sees what stands for nothing in a text: soft hyphens, joiners, marks of direction. */
const UNSEEN = /\p{Cf}/gu;

/** A sign may stand for eighteen letters: what is behind so many code units tells no company from another. */
const COMPARED_LENGTH_MAX = 5 * NAME_LENGTH_MAX;

/** As it is compared, and as marks of before may have it, which took the two ways to write some letters in capitals for two. */
function namesOfCompany(name: string): string[] {
  const told = cut(name.trim(), NAME_LENGTH_MAX);
  const composed = normalized(told, 'NFKC').slice(0, COMPARED_LENGTH_MAX);
  const shown = withSingleSpaces(composed.replace(UNSEEN, '').trim());
  return shown === '' ? [] : [...new Set([withoutCase(shown), shown.toLowerCase()])];
}

/** Straße is STRASSE in capitals, and istanbul İSTANBUL. */
function withoutCase(text: string): string {
  return normalized(text.toLowerCase().toUpperCase().toLowerCase(), 'NFC').replaceAll('i\u0307', 'i');
}

function namesOfSite(site: string): string[] {
  const name = normalizeDomain(site);
  return name === null ? [] : [name];
}

/** Longer input is no address of a site that anybody copied: it is not even looked at. */
const SITE_CHARACTERS_MAX = 4_096;

/** How an address of a site or of mail begins, and how one does that leaves out how it is reached. */
const BEGINNING = /^<?(?:(?:https?|ftp|mailto):\/{0,3}|\/\/)?/u;

/** Signs that part one address from another. */
const SEVERAL = /[\s,;\\]|@.*@/u;
/** How the address of a machine ends, in any of the ways that there are to write one. */
const NUMBER = /(?:^|\.)(?:\d+|0x[\da-f]*)$/u;

/**
 * `https://www.Example.com/about` is `example.com`, `xn--bcher-kva.example` is `bücher.example`; and where it is plain which domain is
 * meant, that one: of an address of mail the one behind its sign.
 */
export function normalizeDomain(domain: string): string | null {
  const site = domain.trim();
  if (site.length > SITE_CHARACTERS_MAX) return null;
  // Cut off at the first sign of what follows a host: a pattern of all that follows would be tried from each such sign on.
  const [address = ''] = normalized(site, 'NFKC')
    .trim()
    .toLowerCase()
    .replace(BEGINNING, '')
    .split(/[/?#]/u, 1);
  const [host = ''] = address.slice(address.lastIndexOf('@') + 1).split(':', 1);
  if (host.length > HOST_LENGTH_MAX || address.length > 2 * HOST_LENGTH_MAX) return null;
  const bare = withoutSigns(host);
  // Of several that are named none is meant more than the others, and by numbers a machine is.
  if (SEVERAL.test(withoutSigns(address)) || NUMBER.test(bare)) return null;
  // All that stands before a domain, so that what comes out is left as it is.
  const name = withoutSigns(domainToUnicode(bare) || bare).replace(/^(?:www\.)+(?=[^.]+\.)/u, '');
  if (name.split('.').length > LABELS_MAX) return null;
  return /^[\p{L}\p{M}\p{N}\p{So}_-]+(?:\.[\p{L}\p{M}\p{N}\p{So}_-]+)+$/u.test(name) ? name : null;
}

/** Without what stands before and behind a host in a text: of one that is short, since the end is looked for from each such sign on. */
function withoutSigns(host: string): string {
  return host.replace(/^(?:\*?\.)+/u, '').replace(/[.,;>]+$/u, '');
}

/** How a person is found by a normalised address. */
export function recipientKey(fingerprints: Fingerprints, agencyId: string, profileUrl: string): RecipientKey {
  const kind = profileUrl.includes('/in/') ? 'PROFILE' : 'SALES_NAVIGATOR';
  const address = comparedAddress(profileUrl);
  return {
    kind,
    version: fingerprints.version,
    fingerprint: fingerprints.of('RECIPIENT', agencyId, kind, address),
    older: fingerprints.olderOf('RECIPIENT', agencyId, kind, address),
  };
}
