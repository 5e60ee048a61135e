import { CONTACT_ACTIONS, type CollisionFacts, type CollisionNumbers } from '../quota/collision.js';
import type { Policy, PolicyRuleKind } from '../quota/policy/index.js';
import { HORIZON } from '../quota/rule.js';
import { DAY, SECOND, type Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import { CHARGED_UNTIL } from './charged-until.js';
import type { LedgerTransaction, Statement } from './connection.js';
import type { ReservationFacts } from './facts.js';
import { Missing, type Loaded } from './loaded.js';
import type { Standing } from './standing.js';
import type { ChargeRow } from './tables.js';

/** A person of whom a client account that pools its contacts asks what the others did. */
export interface ContactQuestion {
  readonly agencyId: string;
  readonly clientAccountId: string;
  readonly recipientId: string;
}

interface Contact {
  readonly id: string;
  readonly clientAccountId: string;
  readonly at: Instant;
}

interface HeldContact {
  readonly id: string;
  readonly clientAccountId: string;
  readonly heldAt: Instant;
  readonly expiresAt: Instant;
}

/** What the pool holds of a person. */
export interface ContactsRead {
  readonly contacts: readonly Contact[];
  readonly holds: readonly HeldContact[];
}

/** Of all together as many as any number of the policy asks for, and of others as many as decide how long they have the person. */
const CONTACTS_MAX = 100;
const OTHERS_MAX = 10;
const HOLDS_MAX = 100;
/** What lapsed in a day of 25 hours still refuses for the rest of it. */
const LAPSED_WITHIN = 2 * DAY;

const NOW = `current_setting('headroom.now')::int8`;
const CONTACTS = CONTACT_ACTIONS.map((action) => `'${action}'`).join(', ');
const POOLS = (alias: string): string => `EXISTS (SELECT 1 FROM client_account a
      WHERE a.agency_id = ${alias}.agency_id AND a.id = ${alias}.client_account_id AND a.pools_contacts OFFSET 0)`;

const sent = (besides: string, rowsMax: number): string => `
  (SELECT 'SENT' AS what, c.id, c.client_account_id, c.effective_at AS from_at, c.effective_at AS until_at FROM charge c
    WHERE c.agency_id = n.agency_id AND c.recipient_id = n.recipient_id${besides}
      AND c.effective_at > ${NOW} - ${HORIZON} AND c.effective_at <= ${CHARGED_UNTIL}
      AND c.action IN (${CONTACTS}) AND c.origin <> 'VOID' AND ${POOLS('c')} AND NOT EXISTS (
        SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at
          AND v.effective_at > ${NOW} - ${HORIZON} AND v.effective_at <= ${CHARGED_UNTIL})
    ORDER BY c.effective_at DESC LIMIT ${rowsMax})`;

const READ_POOLED_CONTACTS: Statement = {
  name: 'read_pooled_contacts',
  text: `
SELECT n.i AS index, f.what, f.id, f.client_account_id AS "clientAccountId", f.from_at AS "fromAt", f.until_at AS "untilAt"
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::uuid[]) AS n (i, agency_id, client_account_id, recipient_id)
CROSS JOIN LATERAL (${sent('', CONTACTS_MAX)}
  UNION ALL${sent(' AND c.client_account_id <> n.client_account_id', OTHERS_MAX)}
  UNION ALL
  (SELECT 'HELD', h.id, h.client_account_id, h.held_at, h.expires_at FROM hold h
    WHERE h.agency_id = n.agency_id AND h.recipient_id = n.recipient_id AND h.expires_at > ${NOW} - ${LAPSED_WITHIN}
      AND h.action IN (${CONTACTS}) AND ${POOLS('h')}
    ORDER BY h.expires_at DESC LIMIT ${HOLDS_MAX})
) AS f`,
};

interface Row {
  readonly index: number;
  readonly what: 'SENT' | 'HELD';
  readonly id: string;
  readonly clientAccountId: string;
  readonly fromAt: Instant;
  readonly untilAt: Instant;
}

/** What client accounts that pool their contacts sent to people, and hold for them, in the order of the questions. */
export async function readPooledContacts(
  transaction: LedgerTransaction,
  questions: readonly ContactQuestion[],
): Promise<ContactsRead[]> {
  if (questions.length === 0) return [];
  const rows = await transaction.query<Row & { [column: string]: unknown }>(READ_POOLED_CONTACTS, [
    questions.map((_, index) => index),
    questions.map(({ agencyId }) => agencyId),
    questions.map(({ clientAccountId }) => clientAccountId),
    questions.map(({ recipientId }) => recipientId),
  ]);
  return questions.map((_, place) => {
    const ofPlace = rows.filter(({ index }) => index === place);
    // The newest of others may be among the newest of all: it is one contact.
    const contacts = new Map(
      ofPlace.flatMap(({ what, id, clientAccountId, fromAt }) =>
        what === 'SENT' ? [[id, { id, clientAccountId, at: fromAt }] as const] : [],
      ),
    );
    const holds = ofPlace.flatMap(({ what, id, clientAccountId, fromAt, untilAt }) =>
      what === 'HELD' ? [{ id, clientAccountId, heldAt: fromAt, expiresAt: untilAt }] : [],
    );
    return { contacts: [...contacts.values()], holds };
  });
}

export function contactName({
  clientAccountId,
  recipientId,
}: Pick<ContactQuestion, 'clientAccountId' | 'recipientId'>): string {
  return `${clientAccountId} ${recipientId}`;
}

/** What a pass knows of people between client accounts: what was read, and what the requests before did. */
export class ContactsOfPass {
  private readonly sent = new Map<string, Contact[]>();
  private readonly held = new Map<string, HeldContact[]>();
  private readonly ended = new Set<string>();

  constructor(
    private readonly loaded: Loaded,
    private readonly isTakenOut: (chargeId: string) => boolean,
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
   * takes nobody's place. Throws Missing where nobody looked yet: whoever has not opted in is asked nothing about.
   */
  factsOf(
    standing: Standing,
    { recipientId, action, isReply, isNew }: AskedContact,
  ): ((policy: Policy) => CollisionFacts) | null {
    const { agencyId, clientAccountId, zones } = standing;
    if (!standing.poolsContacts || !CONTACT_ACTIONS.includes(action) || isReply) return null;
    const question = { agencyId, clientAccountId, recipientId };
    const read = this.loaded.contacts.get(contactName(question));
    if (!read && !isNew) throw new Missing([], [], [], [], [question]);
    const isOthers = (one: { readonly clientAccountId: string }) => one.clientAccountId !== clientAccountId;
    const contacts = [...(read?.contacts ?? []), ...(this.sent.get(recipientId) ?? [])]
      .filter(({ id }) => !this.isTakenOut(id))
      .map((contact) => ({ at: contact.at, isOthers: isOthers(contact) }));
    const holds = [...(read?.holds ?? []), ...(this.held.get(recipientId) ?? [])]
      .filter(({ id }) => !this.ended.has(id))
      .map((hold) => ({ heldAt: hold.heldAt, expiresAt: hold.expiresAt, isOthers: isOthers(hold) }));
    return (policy) => ({ contacts, holds, isReply, zones: zones.seat, ...collisionNumbers(policy) });
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
