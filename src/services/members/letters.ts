import type { EntityManager } from 'typeorm';
import { Failure } from '../../errors.js';
import { HOUR, type Instant } from '../../quota/window.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { uuidAt, uuidFloor } from '../../tenancy/uuid.js';
import type { IssuedLink, LinkPurpose } from './links.js';

/** What a letter has the link of. */
export type LetterKind = LinkPurpose | 'APPROVAL' | Notice;

/** What a member is told of, with nothing to be used in it. It comes by itself, and seldom. */
export type Notice = 'CODES_TRIED';

/** Bounded where they come from; nobody's letters are any less for them. */
const OF_THEMSELVES: ReadonlySet<LetterKind> = new Set<LetterKind>(['PASSWORD', 'CODES_TRIED']);

/**
 * What an agency has sent within an hour, to whomever, and to the same as a member or for a client account: all agencies write by one mail server, and whom they write to
 * may not know them. What people ask for themselves is bounded where it is asked for.
 */
const AN_HOUR = { ofAgency: 500, toThem: 20 } as const;

// By the address, whichever member it was: so many members may be invited by one. A letter to an address that was erased or changed since may
// have gone to any. Letters to members count for members, questions for those of their client account: none keeps another one's approver
// from letters, nor learns by what is left how many others sent.
const ASKED = `campaign_approval q JOIN campaign g ON g.agency_id = $1 AND g.id = q.campaign_id
  JOIN client_account c ON c.agency_id = $1 AND c.id = g.client_account_id`;
const RECENT = `
WITH them AS (
  SELECT lower(m.email) AS address, NULL::uuid AS asker FROM member m WHERE m.agency_id = $1 AND m.id = $3
  UNION ALL SELECT lower(c.approver_email), c.id FROM ${ASKED} WHERE q.agency_id = $1 AND q.id = $4)
SELECT count(*)::int4 AS "ofAgency", count(*) FILTER (
  WHERE w.asker IS NOT DISTINCT FROM t.asker AND (w.address IS NULL OR w.address = t.address))::int4 AS "toThem"
FROM them t CROSS JOIN letter l CROSS JOIN LATERAL (
  SELECT lower(m.email) AS address, NULL::uuid AS asker FROM member m WHERE m.agency_id = $1 AND m.id = l.member_id
  UNION ALL SELECT CASE WHEN ${isOfNow('c', 'q')} THEN lower(c.approver_email) END, c.id
  FROM ${ASKED} WHERE q.agency_id = $1 AND q.id = l.approval_id) AS w
WHERE l.agency_id = $1 AND l.id >= $2 AND l.kind NOT IN ('PASSWORD', 'CODES_TRIED')`;

/**
 * Whether a question is sent to the address that its client account has: in SQL. By which address it was, never by when: whoever asks may
 * have read the one or the other while it is changed.
 */
export function isOfNow(clientAccount: string, question: string): string {
  return `${question}.approver_set_at IS NOT DISTINCT FROM ${clientAccount}.approver_set_at`;
}

/** The lowest id of a letter that is counted at an instant. */
export function countedFrom(at: Instant): string {
  return uuidFloor(at - HOUR);
}

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

  /**
   * Writes a letter with a link, in the transaction that made it. Answers with the link's address where no mail can be sent. Throws
   * THROTTLED where there are too many.
   */
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

  /** Writes a letter with a question to a client. It goes to the address of its client account, unless that is set anew before. Throws THROTTLED. */
  writeQuestion(
    manager: EntityManager,
    { agencyId, approvalId }: { readonly agencyId: string; readonly approvalId: string },
    token: string,
    at: Instant,
  ): Promise<void> {
    return this.insert(manager, { agencyId, memberId: null, approvalId, kind: 'APPROVAL' }, token, at);
  }

  /** Writes to a member what they are to know, where mail is sent. */
  async writeNotice(
    manager: EntityManager,
    { agencyId, memberId }: { readonly agencyId: string; readonly memberId: string },
    kind: Notice,
    at: Instant,
  ): Promise<void> {
    if (this.wake === null) return;
    await this.insert(manager, { agencyId, memberId, approvalId: null, kind }, '', at);
  }

  private async insert(
    manager: EntityManager,
    { agencyId, memberId, approvalId, kind }: Addressed,
    token: string,
    at: Instant,
  ): Promise<void> {
    if (!OF_THEMSELVES.has(kind)) {
      await lockLetters(manager, agencyId);
      await refuseTooMany(manager, { agencyId, memberId, approvalId }, at);
    }
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

/** Whom a letter is to: a member, or who is asked about a campaign. */
interface Addressee {
  readonly agencyId: string;
  readonly memberId: string | null;
  readonly approvalId: string | null;
}

interface Addressed extends Addressee {
  readonly kind: LetterKind;
}

/**
 * One at a time counts what an agency has sent and writes one more, to the end of its transaction: what is written beside it would not
 * be counted. It comes last: whoever has it locks nothing more, so that it is had for a moment, and no two wait for one another.
 */
async function lockLetters(manager: EntityManager, agencyId: string): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`letters ${agencyId}`]);
}

async function refuseTooMany(
  manager: EntityManager,
  { agencyId, memberId, approvalId }: Addressee,
  at: Instant,
): Promise<void> {
  const [recent] = await manager.query<[Record<keyof typeof AN_HOUR, number>]>(RECENT, [
    ...[agencyId, countedFrom(at), memberId, approvalId],
  ]);
  if (recent.toThem >= AN_HOUR.toThem) {
    const unknown =
      memberId === null ? 'former addresses of the client account' : 'members who were erased since';
    throw new Failure(
      'THROTTLED',
      `${AN_HOUR.toThem} letters an hour are sent to one address at most, counted with those to ${unknown}.`,
      HOUR,
    );
  }
  if (recent.ofAgency >= AN_HOUR.ofAgency) {
    throw new Failure('THROTTLED', `An agency sends ${AN_HOUR.ofAgency} letters an hour at most.`, HOUR);
  }
}
