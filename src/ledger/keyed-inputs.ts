import { Refusal } from '../errors.js';
import type { IdempotencyKey } from './requests.js';

interface Keyed {
  readonly idempotency: IdempotencyKey;
}

/**
 * Looks at the inputs of a request one after the other; what is found of each, or the first refusal. A key that comes again
 * in the same request has to come with the same input.
 */
export function checkInputs<Input extends Keyed, Found>(
  inputs: readonly Input[],
  check: (input: Input, index: number, comesAgain: boolean) => Found | Refusal,
): Found[] | Refusal {
  const found: Found[] = [];
  const fingerprints = new Map<string, Buffer>();
  for (const [index, input] of inputs.entries()) {
    const { key, fingerprint } = input.idempotency;
    const before = fingerprints.get(key);
    if (before && !before.equals(fingerprint)) return reused(index);
    const checked = check(input, index, before !== undefined);
    if (checked instanceof Refusal) return checked;
    found.push(checked);
    fingerprints.set(key, fingerprint);
  }
  return found;
}

export function refuseInput(index: number, code: Refusal['code'], message: string, field: string): Refusal {
  return new Refusal(code, message, ['inputs', String(index), field]);
}

export function reused(index: number): Refusal {
  const message = 'This key was used before, with another input.';
  return refuseInput(index, 'IDEMPOTENCY_KEY_REUSED', message, 'idempotencyKey');
}
