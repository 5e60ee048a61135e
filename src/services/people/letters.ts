import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { IssuedLink, LinkPurpose } from './links.js';

/** Letters to members: written with what they are about, sent by the postman afterwards. */
export class Letters {
  /**
   * `wake` tells the postman; null where no mail can be sent; then a link is shown to whoever may make it. `addressOf` makes the address of
   * a link.
   */
  constructor(
    private readonly sealer: Sealer,
    private readonly wake: ((agencyId: string) => void) | null,
    private readonly addressOf: (purpose: LinkPurpose, token: string) => string,
  ) {}

  get areSent(): boolean {
    return this.wake !== null;
  }

  /** Writes a letter with a link, in the transaction that made it. Answers with the link's address where no mail can be sent. */
  async write(
    manager: EntityManager,
    { agencyId, memberId }: { readonly agencyId: string; readonly memberId: string },
    kind: LinkPurpose,
    { token }: IssuedLink,
    at: Instant,
  ): Promise<string | null> {
    if (this.wake === null) return this.addressOf(kind, token);
    const id = uuidAt(at);
    await manager.query(
      `INSERT INTO letter (agency_id, id, member_id, kind, sealed_token, created_at, next_try_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6)`,
      [agencyId, id, memberId, kind, this.sealer.seal('LETTER', [agencyId, id], token), at],
    );
    return null;
  }

  /** To be called once a letter's transaction is done. */
  send(agencyId: string): void {
    this.wake?.(agencyId);
  }
}
