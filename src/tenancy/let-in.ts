import { LRUCache } from 'lru-cache';
import { hasSecret, type ParsedToken } from './token.js';

/** The latest of them. */
const AGENCIES_MAX = 100_000;
const TOKENS_MAX = 100_000;

/**
 * Who was let in of late: by which tokens, and of which agencies. It lets nobody in: whoever was gets a place in line of their own, and
 * is looked up there as anybody else, a session also while it waits for a second factor. All that a token says anybody may have made up,
 * but for its secret.
 */
export class LetIn {
  private readonly agencies = new LRUCache<string, true>({ max: AGENCIES_MAX });
  /** The hash of its secret, by what it names. */
  private readonly tokens = new LRUCache<string, Buffer>({ max: TOKENS_MAX });

  /** Somebody of the agency was, by whichever token. */
  hasAgency(agencyId: string): boolean {
    return this.agencies.has(agencyId);
  }

  has(token: ParsedToken): boolean {
    const kept = this.tokens.get(nameOf(token));
    return kept !== undefined && hasSecret(token, kept);
  }

  /** Whether a token was just let in. One that is not any more is forgotten; whoever names it with another secret ends nobody's. */
  note(token: ParsedToken, isLetIn: boolean): void {
    if (isLetIn) {
      this.agencies.set(token.agencyId, true);
      this.tokens.set(nameOf(token), token.secretSha256);
    } else if (this.has(token)) this.tokens.delete(nameOf(token));
  }
}

/** With the agency: who has a token of their own names any other with it. */
function nameOf({ agencyId, id }: ParsedToken): string {
  return `${agencyId} ${id}`;
}
