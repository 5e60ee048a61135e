import { LRUCache } from 'lru-cache';
import { budgetNameOf, type Payer } from './cost-limit.js';

/** How long a refusal is remembered, and of how many: whose is longest ago is forgotten first. */
const REMEMBERED_MS = 1_000;
const REMEMBERED_MAX = 10_000;

/**
 * Whose operations were refused just now for what they cost, by budget: to find that out takes the process as long, and nobody pays for
 * it. Those who have another budget have nothing to do with it.
 */
export class Refusals {
  private readonly recent = new LRUCache<string, true>({ max: REMEMBERED_MAX, ttl: REMEMBERED_MS });

  note(caller: Payer | null): void {
    this.recent.set(nameOf(caller), true);
  }

  hadOne(caller: Payer | null): boolean {
    return this.recent.has(nameOf(caller));
  }
}

/** All who show no key are one. */
function nameOf(caller: Payer | null): string {
  return caller ? budgetNameOf(caller) : '';
}
