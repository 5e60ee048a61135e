import { refuse } from '../../errors.js';
import { CUSTOM_NAME_LENGTH_MAX } from '../../outreach/prospect.js';
import { checkUrl, GuardError } from '../../egress/guarded-fetch.js';
import type { AlertKind, Severity, WebhookFormat } from '../../quota/words.js';
import { type Check, checkAll, checkName, checkNotNull, checkText } from '../checks.js';
import type { WebhookTerms } from './webhook.js';

/** Longest address of an endpoint. */
const URL_LENGTH_MAX = 2_000;

/** What callers say of an endpoint. */
export interface GivenTerms {
  readonly name: string;
  readonly url: string;
  readonly format?: WebhookFormat | null | undefined;
  readonly alertKinds?: readonly AlertKind[] | null | undefined;
  readonly minSeverity?: Severity | null | undefined;
  readonly clientAccountId?: string | null | undefined;
  readonly reservationChanges?: boolean | null | undefined;
  readonly touchChanges?: boolean | null | undefined;
  readonly engagements?: boolean | null | undefined;
  readonly prospectRefField?: string | null | undefined;
}

/** The same of one that is changed: what is left out stays. */
export type ChangedTerms = { readonly [Field in keyof GivenTerms]?: GivenTerms[Field] | null | undefined };

const AT_FIRST = {
  ...{ name: '', url: '', format: 'STANDARD', minSeverity: 'INFO', reservationChanges: true },
  ...{ alertKinds: null, clientAccountId: null },
  ...{ touchChanges: false, engagements: false, prospectRefField: null },
} as const satisfies WebhookTerms;

/** What is left out is as `before` says. */
export function termsOf(given: ChangedTerms, before: WebhookTerms = AT_FIRST): WebhookTerms {
  const { alertKinds, clientAccountId, prospectRefField } = given;
  return {
    name: given.name ?? before.name,
    url: given.url ?? before.url,
    format: given.format ?? before.format,
    alertKinds: alertKinds === undefined ? before.alertKinds : alertKinds && [...new Set(alertKinds)].sort(),
    minSeverity: given.minSeverity ?? before.minSeverity,
    clientAccountId: clientAccountId === undefined ? before.clientAccountId : clientAccountId,
    reservationChanges: given.reservationChanges ?? before.reservationChanges,
    touchChanges: given.touchChanges ?? before.touchChanges,
    engagements: given.engagements ?? before.engagements,
    prospectRefField:
      prospectRefField === undefined ? before.prospectRefField : (prospectRefField?.trim() ?? null),
  };
}

export function checkTerms(given: ChangedTerms, isLoopbackAllowed: boolean): Check {
  const { name, url } = given;
  return checkAll(
    checkNotNull(given, 'name', 'url', 'format', 'minSeverity', 'reservationChanges'),
    checkNotNull(given, 'touchChanges', 'engagements'),
    checkName(name ?? undefined, 'name'),
    checkText(url ?? undefined, URL_LENGTH_MAX, 'url'),
    checkText(given.prospectRefField ?? undefined, CUSTOM_NAME_LENGTH_MAX, 'prospectRefField'),
    typeof url !== 'string' ? null : checkAddress(url, isLoopbackAllowed),
  );
}

/** As far as it tells by itself. Where its name leads to is looked at whenever it is asked. */
function checkAddress(url: string, isLoopbackAllowed: boolean): Check {
  try {
    if (checkUrl(url, { isLoopbackAllowed }).hash === '') return null;
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
  }
  const message = 'url is an address of https on the public internet, such as https://example.com/headroom.';
  return refuse('INVALID', message, 'url');
}
