import { LRUCache } from 'lru-cache';
import type { Asking } from './door.js';

/** Links of which it is remembered whose they were; that which was shown longest ago is forgotten first. */
const LINKS_MAX = 10_000;

/**
 * Who shows a link that needs no sign-in, as whom they take turns. Whose a link is the rows alone tell: those that were shown before are
 * among the links of their client account, all others a party together. So very many links of one client account keep no other's waiting, and
 * the keys of it keep none who stops a seat of it.
 */
export class ShownLinks {
  private readonly accounts = new LRUCache<string, string>({ max: LINKS_MAX });

  askerOf(
    { agencyId }: { readonly agencyId: string },
    actor: string,
  ): Required<Pick<Asking, 'agencyId' | 'actor' | 'party'>> {
    const clientAccountId = this.accounts.get(`${agencyId} ${actor}`);
    return {
      agencyId,
      actor,
      party: clientAccountId === undefined ? 'links' : `links of ${clientAccountId}`,
    };
  }

  /** It was of that client account when it was looked at: that it is another's since changes nothing but the turns. */
  found({ agencyId }: { readonly agencyId: string }, actor: string, clientAccountId: string): void {
    this.accounts.set(`${agencyId} ${actor}`, clientAccountId);
  }
}
