import { LRUCache } from 'lru-cache';
import { entriesName, scopeName } from './names.js';
import type { EntriesQuestion, ScopeRef } from './scopes.js';

/** Scopes that are remembered; the one that refused longest ago is forgotten first. */
const SCOPES_MAX = 5_000;
/** A counter that has room again by then is read for nothing no longer. */
const KEPT_MS = 60_000;
/** Charges that are read beyond those that were needed: what left meanwhile is among those asked for. */
const SPARE = 16;

interface Kept {
  readonly questions: ReadonlyMap<string, EntriesQuestion>;
  readonly until: number;
}

/**
 * The charges that refusals lately had to look ahead at. Whoever is refused asks again soon: a batch reads them with all
 * else that it reads first, and is spared another round trip and deciding everything twice. A guess, no more: where it
 * reads too little, the batch reads on.
 */
export class EntriesAhead {
  /** By scopeName(), the one that was told longest ago first. */
  private readonly scopes = new LRUCache<string, Kept>({ max: SCOPES_MAX });

  keep(questions: readonly EntriesQuestion[], now = performance.now()): void {
    for (const question of questions) {
      // Of a calendar's nothing is read but near a change of zone.
      if (question.counter.window.kind !== 'ROLLING') continue;
      const name = scopeName(question.scope);
      const known = this.scopes.get(name)?.questions ?? [];
      const count = Math.min(Number.MAX_SAFE_INTEGER, question.count + SPARE);
      const together = Math.max(0, (question.together ?? 0) - SPARE);
      const asked = { ...question, count, ...(question.together !== undefined && { together }) };
      const told = new Map([...known, [entriesName(question), asked] as const]);
      this.scopes.set(name, { questions: told, until: now + KEPT_MS });
    }
  }

  /** What is likely to be needed of some scopes. */
  of(scopes: readonly ScopeRef[], now = performance.now()): EntriesQuestion[] {
    return [...new Set(scopes.map(({ scope }) => scopeName(scope)))].flatMap((name) => {
      const kept = this.scopes.peek(name);
      if (kept && kept.until <= now) this.scopes.delete(name);
      return kept && kept.until > now ? [...kept.questions.values()] : [];
    });
  }
}
