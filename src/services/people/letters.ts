import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { IssuedLink, LinkPurpose } from './links.js';

/** What a letter has the link of. */
export type LetterKind = LinkPurpose | 'APPROVAL';

/** Letters to members, and questions to clients: written with what they are about, sent by the postman afterwards. */
export class Letters {
  /**
   * `wake` tells the postman; null where no mail can be sent; then a link is shown to whoever may make it. `addressOf` makes the address of
   * a link.
   */
  constructor(
    private readonly sealer: Sealer,
    private readonly wake: ((agencyId: string) => void) | null,
    private readonly addressOf: (kind: LetterKind, token: string) => string,
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
    await this.insert(manager, { agencyId, memberId, approvalId: null, kind }, token, at);
    return null;
  }

  /** Writes a letter with a question to a client. It goes to the address that its client account has when it is sent. */
  writeQuestion(
    manager: EntityManager,
    { agencyId, approvalId }: { readonly agencyId: string; readonly approvalId: string },
    token: string,
    at: Instant,
  ): Promise<void> {
    return this.insert(manager, { agencyId, memberId: null, approvalId, kind: 'APPROVAL' }, token, at);
  }

  private async insert(
    manager: EntityManager,
    { agencyId, memberId, approvalId, kind }: Addressed,
    token: string,
    at: Instant,
  ): Promise<void> {
    const id = uuidAt(at);
    const sealed = this.sealer.seal('LETTER', [agencyId, id], token);
    await manager.query(
      `INSERT INTO letter (agency_id, id, member_id, approval_id, kind, sealed_token, created_at, next_try_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
      [agencyId, id, memberId, approvalId, kind, sealed, at],
    );
  }

  /** To be called once a letter's transaction is done. */
  send(agencyId: string): void {
    this.wake?.(agencyId);
  }
}

/** A letter, by whoever it is to. */
interface Addressed {
  readonly agencyId: string;
  readonly memberId: string | null;
  readonly approvalId: string | null;
  readonly kind: LetterKind;
}
