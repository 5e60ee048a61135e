import { CONTACT_ACTIONS, type CollisionFacts, type CollisionNumbers } from '../../quota/collision.js';
import type { Policy, PolicyRuleKind } from '../../quota/policy/index.js';
import { DAY, SECOND } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import type { ReservationFacts } from '../reading/facts.js';
import type { Loaded } from '../reading/reading.js';
import { contactName, ContactsNeeded, type Contact, type HeldContact } from './pooled-contacts.js';
import type { Standing } from '../reading/standing.js';
import type { ChargeRow } from '../books/tables.js';

/** What a pass knows of people between client accounts: what was read, and what the requests before did. */
export class ContactsOfPass {
  private readonly sent = new Map<string, Contact[]>();
  private readonly held = new Map<string, HeldContact[]>();
  private readonly ended = new Set<string>();

  constructor(
    private readonly loaded: Loaded,
    private readonly isTakenOut: (chargeId: string) => boolean,
    /** Of all who are the same person. */
    private readonly idsOf: (recipientId: string) => readonly string[],
  ) {}

  charged({ id, seat_id, client_account_id, recipient_id, action, voids, effective_at }: ChargeRow): void {
    if (voids !== null || recipient_id === null || !CONTACT_ACTIONS.includes(action)) return;
    if (!this.isPooled(seat_id, client_account_id)) return;
    const contact = { id, clientAccountId: client_account_id, at: effective_at };
    this.sent.set(recipient_id, [...(this.sent.get(recipient_id) ?? []), contact]);
  }

  hold({ id, seatId, clientAccountId, recipientId, action, expiresAt }: ReservationFacts): void {
    if (!CONTACT_ACTIONS.includes(action) || !this.isPooled(seatId, clientAccountId)) return;
    const hold = { id, clientAccountId, heldAt: this.loaded.at, expiresAt };
    this.held.set(recipientId, [...(this.held.get(recipientId) ?? []), hold]);
  }

  unhold(reservationId: string): void {
    this.ended.add(reservationId);
  }

  /**
   * What a request of a seat about a person is judged by; null where its client account pools nothing, and of an action that
   * takes nobody's place. Throws ContactsNeeded where nobody looked yet: whoever has not opted in is asked nothing about.
   */
  factsOf(
    standing: Standing,
    { recipientId, action, isReply, isNew }: AskedContact,
  ): ((policy: Policy) => CollisionFacts) | null {
    const { agencyId, clientAccountId, zones } = standing;
    if (!standing.poolsContacts || !CONTACT_ACTIONS.includes(action) || isReply) return null;
    const question = { agencyId, clientAccountId, recipientId };
    const read = this.loaded.contacts.get(contactName(question));
    if (!read && !isNew) throw new ContactsNeeded(question);
    const isOthers = (one: { readonly clientAccountId: string }) => one.clientAccountId !== clientAccountId;
    const ids = this.idsOf(recipientId);
    const contacts = [...(read?.contacts ?? []), ...ids.flatMap((id) => this.sent.get(id) ?? [])]
      .filter(({ id }) => !this.isTakenOut(id))
      .map((contact) => ({ at: contact.at, isOthers: isOthers(contact) }));
    const holds = [...(read?.holds ?? []), ...ids.flatMap((id) => this.held.get(id) ?? [])]
      .filter(({ id }) => !this.ended.has(id))
      .map((hold) => ({ heldAt: hold.heldAt, expiresAt: hold.expiresAt, isOthers: isOthers(hold) }));
    const queue = (read?.queue ?? []).map(({ at, endsAt, ...one }) => ({
      at,
      endsAt,
      isOthers: isOthers(one),
    }));
    return (policy) => ({
      contacts,
      holds,
      queue,
      isReply,
      zones: zones.agency,
      ...collisionNumbers(policy),
    });
  }

  private isPooled(seatId: string, clientAccountId: string): boolean {
    const standing = this.loaded.standings.get(seatId);
    return standing?.clientAccountId === clientAccountId && standing.poolsContacts;
  }
}

export interface AskedContact {
  readonly recipientId: string;
  readonly action: Action;
  readonly isReply: boolean;
  /** The pass made the person: nothing in the books can be of them. */
  readonly isNew: boolean;
}

function collisionNumbers(policy: Policy): CollisionNumbers {
  const rule = (kind: PolicyRuleKind) => policy.rules.find((one) => one.kind === kind);
  const days = rule('COLLISION_EMBARGO')?.ceiling ?? null;
  const pressure = rule('PERSON_PRESSURE');
  const most = pressure?.ceiling ?? null;
  const window = pressure?.window;
  return {
    embargo: days === null || days === 0 ? null : days * DAY,
    pressure: most === null || window?.kind !== 'ROLLING' ? null : { most, within: window.seconds * SECOND },
  };
}
