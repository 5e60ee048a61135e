import { refuse, type Refusal } from '../../errors.js';
import type { IdempotencyKey } from '../../ledger/requests.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { canBeKept } from '../checks.js';

const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

export function checkIdempotencyKey(key: string): Refusal | null {
  const length = [...key].length;
  if (length > 0 && length <= IDEMPOTENCY_KEY_LENGTH_MAX && canBeKept(key)) return null;
  return refuse(
    'INVALID',
    `idempotencyKey is 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} characters, without NUL.`,
    'idempotencyKey',
  );
}

/** Under which the work queue asks the books for a touch, by the number of its claim. */
export function keyOfTouch(touchId: string, claim: number): string {
  return `touch ${touchId} ${claim}`;
}

const KEY_OF_TOUCH = /^touch [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12} /;

/** What the queue asks by is nobody else's: whoever used it up beforehand would keep a touch from being claimed. */
export function refuseKeyOfTouch(key: string): Refusal | null {
  if (!KEY_OF_TOUCH.test(key)) return null;
  return refuse(
    'INVALID',
    'Keys of this form are those of the work queue: choose another.',
    'idempotencyKey',
  );
}

/**
 * A key with the fingerprint of the input that came with it: of the coerced input without nulls and defaults, so that
 * leaving a default out and writing it down are the same input.
 */
export function idempotencyKey(
  fingerprints: Fingerprints,
  agencyId: string,
  kind: string,
  input: { readonly idempotencyKey: string },
  defaults: Readonly<Record<string, unknown>>,
): IdempotencyKey {
  const { idempotencyKey: key, ...rest } = input;
  const parts = [kind, canonical(rest, defaults)];
  return {
    key,
    fingerprint: fingerprints.of('REQUEST', agencyId, ...parts),
    fingerprintVersion: fingerprints.version,
    older: fingerprints.olderOf('REQUEST', agencyId, ...parts),
  };
}

/** JSON with its fields in order of name, without nulls, without what is the default of its field. */
function canonical(value: unknown, defaults: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value, (_, nested: unknown) => {
    if (typeof nested !== 'object' || nested === null || Array.isArray(nested)) return nested;
    const told = Object.entries(nested).filter(
      ([field, told]) => told !== null && told !== undefined && defaults[field] !== told,
    );
    return Object.fromEntries(told.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}
