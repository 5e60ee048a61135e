import type { DataSource, EntityManager } from 'typeorm';
import { Failure, Refusal } from '../../errors.js';
import { comparedAddress } from '../../imports/profile-url.js';
import { isListOfEvents, readToolEvents, type ReadEvent, type ToolEvent } from '../../imports/tool-events.js';
import { raise } from '../../ledger/alerts/alerts.js';
import { holdBook } from '../../ledger/books/lock.js';
import { DAY, MINUTE, type Instant } from '../../quota/window.js';
import type { UnreadReason } from '../../quota/inbound-words.js';
import { clockOf } from '../../tenancy/clock.js';
import { type Asking, inAgency, inAgencyNamed } from '../../tenancy/door.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { hasSecret, parseToken } from '../../tenancy/token.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { type Reach, reachOfKey, type Viewer } from '../../tenancy/viewer.js';
import { BusyWork } from '../busy-work.js';
import type { ActivityService } from '../decisions/activity.service.js';
import type { EngagementService } from '../decisions/engagement.service.js';
import { eventName, keysOfEvents, type EventName } from './event-names.js';
import { isUnread, refusedAs, type Came, type Outcome } from './inbound-outcome.js';
import type { InboundPeople } from './inbound.people.js';
import { forgetUnread } from './unread-events.js';
import {
  credentialOf,
  nameOfTool,
  shapeOf,
  SOURCE_COLUMNS,
  sourceFromRow,
  type InboundSource,
  type InboundSourceRow,
} from './inbound-source.js';

export interface InboundParts {
  readonly activities: ActivityService;
  readonly engagements: EngagementService;
  readonly people: InboundPeople;
  readonly fingerprints: Fingerprints;
}

/** What a request tells: one event, or a list of them. */
export interface ToldEvents {
  readonly events: readonly ToolEvent[];
  readonly isList: boolean;
}

/** What came of the events of a request. */
export interface Received {
  readonly counted: number;
  readonly alreadyKnown: number;
  /** Known, and of nothing that is counted. */
  readonly ignored: number;
  readonly unread: number;
  /** Of several events what came of each, in their order. */
  readonly outcomes?: readonly Came[];
}

/** What the books are asked by, of an event. */
interface Telling {
  readonly at: Instant;
  readonly viewer: Viewer;
  readonly seatId: string | null;
  readonly key: string;
}

/**
 * What tools tell by themselves: activities and engagements, recorded as anybody's. An event counts once, however often it
 * comes. When it is answered, it is in the books, or among those that could not be read.
 */
export class InboundService {
  private readonly reading = new BusyWork();

  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: InboundParts,
  ) {}

  /** The source of a token, shown from a network address; null where it is none, or none any more. */
  async source(token: string, place: string): Promise<InboundSource | null> {
    const shown = parseToken('INBOUND', token);
    if (!shown) return null;
    const { agencyId, id } = shown;
    return inAgencyNamed(this.dataSource, { agencyId, place }, async (manager) => {
      const [row] = await manager.query<(InboundSourceRow & { readonly secret: Buffer })[]>(
        `SELECT ${SOURCE_COLUMNS}, secret_sha256 AS secret FROM inbound_source
         WHERE agency_id = $1 AND id = $2 AND revoked_at IS NULL`,
        [agencyId, id],
      );
      if (!row || !hasSecret(shown, row.secret)) return null;
      const { secret: _, ...kept } = row;
      return sourceFromRow(agencyId, kept);
    });
  }

  /** Throws BAD_USER_INPUT for too many events, and THROTTLED where too many bodies of the agency wait to be read. */
  async read(source: InboundSource, body: Buffer): Promise<ToldEvents> {
    const shape = shapeOf(source);
    const events = await this.reading.keep(askerOf(source), () => readToolEvents(body, shape));
    if (events === null) throw new Failure('BAD_USER_INPUT', 'Too many events at once.');
    return { events, isList: isListOfEvents(body, shape) };
  }

  /**
   * Throws what the books throw when they can't be had: it is to be sent again. Throws NOT_FOUND where the source was revoked
   * meanwhile: what was done of it by then stays, and nothing more is.
   */
  async receive(source: InboundSource, told: ToldEvents): Promise<Received> {
    try {
      return await this.receiveAll(source, told);
    } catch (error) {
      if (error instanceof Failure && error.code === 'UNAUTHENTICATED') throw noSource();
      throw error;
    }
  }

  private async receiveAll(source: InboundSource, { events, isList }: ToldEvents): Promise<Received> {
    const { at, seats, keys, viewer } = await this.look(source, events);
    // Whom to leave alone comes first, and the list last: whatever it fails by keeps nobody from being marked, and nothing from counting.
    const leftAlone = await this.parts.people.leaveAlone(source, events);
    const counted = await Promise.all(
      events.map((event, index) =>
        this.count(source, event, { at, viewer, seatId: seats[index] ?? null, key: keys[index]! }),
      ),
    );
    const listed = await this.parts.people.list(source, events);
    const outcomes = events.map(
      (event, index) => leftAlone.get(event) ?? listed.get(event) ?? counted[index]!,
    );
    const unread = events.flatMap((event, index) => {
      const { outcome } = outcomes[index]!;
      return isUnread(outcome) ? [{ event, why: outcome }] : [];
    });
    await this.put(source, unread, at);
    const count = (what: Outcome): number => outcomes.filter(({ outcome }) => outcome === what).length;
    return {
      ...{ counted: count('COUNTED'), alreadyKnown: count('ALREADY_KNOWN'), ignored: count('IGNORED') },
      ...{ unread: unread.length, ...(isList && { outcomes }) },
    };
  }

  /** The instant of it, whose seats the events are of, by which keys the books know them, and who tells of them. */
  private look(source: InboundSource, events: readonly ToolEvent[]) {
    return inAgency(this.dataSource, askerOf(source), async (manager) => {
      const seats: (string | null)[] = [];
      for (const { read } of events)
        seats.push(read.kind === 'READ' ? await seatOf(manager, source, read) : null);
      const names = events.map((event) => this.nameOf(source, event));
      const keys = await keysOfEvents(manager, source, names);
      return { at: await clockOf(manager), seats, keys, viewer: viewerOf(source) };
    });
  }

  private async count(
    source: InboundSource,
    event: ToolEvent,
    { at, viewer, seatId, key }: Telling,
  ): Promise<Came> {
    const { read } = event;
    if (read.kind === 'UNREADABLE') return { outcome: read.why };
    if (read.kind !== 'READ') return { outcome: 'IGNORED' };
    if (seatId === null) return { outcome: 'SEAT_UNKNOWN' };
    const told = { seatId, occurredAt: read.at ?? at, idempotencyKey: key };
    const answer =
      read.means.kind === 'ACTIVITY'
        ? await this.parts.activities.put(viewer, [
            {
              ...{ ...told, action: read.means.action, source: nameOfTool(source) },
              recipient: { profileUrl: read.profileUrl },
            },
          ])
        : await this.parts.engagements.record(viewer, [
            { ...told, kind: read.means.engagement, recipientProfileUrl: read.profileUrl },
          ]);
    // An event without a time that comes again is of another instant.
    if (answer instanceof Refusal) {
      return answer.code === 'IDEMPOTENCY_KEY_REUSED' ? { outcome: 'ALREADY_KNOWN' } : refusedAs(answer);
    }
    const isKnown = 'recorded' in answer ? answer.recorded === 0 : answer.results[0]?.alreadyKnown === true;
    return { outcome: isKnown ? 'ALREADY_KNOWN' : 'COUNTED' };
  }

  private nameOf(source: InboundSource, event: ToolEvent): EventName {
    return eventName(this.parts.fingerprints, source, event);
  }

  /** Keeps what could not be read, without what it says, and tells of it once a day. */
  private async put(
    source: InboundSource,
    unread: readonly { readonly event: ToolEvent; readonly why: UnreadReason }[],
    at: Instant,
  ): Promise<void> {
    const isStale = source.lastEventAt === null || at - source.lastEventAt >= MINUTE;
    if (unread.length === 0 && !isStale) return;
    const { agencyId, id } = source;
    await inAgency(this.dataSource, askerOf(source), async (manager) => {
      const [first] = unread;
      if (first) await tellOnceADay(manager, source, first.why, at);
      const [, still] = await manager.query<[object[], number]>(
        `UPDATE inbound_source SET last_event_at = $3 WHERE agency_id = $1 AND id = $2 AND revoked_at IS NULL`,
        [agencyId, id, at],
      );
      if (still === 0) throw noSource();
      for (const { event, why } of unread) {
        const [fingerprint, ...older] = this.nameOf(source, event);
        await manager.query(
          `INSERT INTO unread_event (agency_id, id, source_id, fingerprint, why, type, outline, received_at)
           SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS (
             SELECT FROM unread_event WHERE agency_id = $1 AND source_id = $3 AND fingerprint = ANY ($9::bytea[]))
           ON CONFLICT (agency_id, source_id, fingerprint) DO NOTHING`,
          [agencyId, uuidAt(at), id, fingerprint, why, event.type, event.outline, at, older],
        );
      }
      if (first) await forgetUnread(manager, source, at);
    });
  }
}

/** What was revoked is answered like what never was. */
export function noSource(): Failure {
  return new Failure('NOT_FOUND', 'There is no such source.');
}

/** Each source has turns of its own, among those of its client account where it is one's. */
function askerOf(source: InboundSource): Asking & { readonly actor: string } {
  return { agencyId: source.agencyId, actor: `source:${source.id}`, reach: reachOf(source) };
}

/** A source tells of what it was made for, and of nothing else: of a single seat while it is whose it was then. */
function reachOf({ clientAccountId, seatId, seatAccountId }: InboundSource): Reach | null {
  if (!seatId) return reachOfKey(clientAccountId);
  return { clientAccountIds: [], seatIds: [seatId], seatAccountIds: [seatAccountId ?? ''] };
}

function viewerOf(source: InboundSource): Viewer {
  const { agencyId, actor } = askerOf(source);
  const credential = credentialOf(source.id);
  return { agencyId, role: 'OPERATOR', actor, credential, expiresAt: null, reach: reachOf(source) };
}

/** The seat that an event is of: the source's own, or the one that has the tool's id as its reference, or the address. */
async function seatOf(
  manager: EntityManager,
  { agencyId, clientAccountId, seatId, seatAccountId }: InboundSource,
  { senderId, senderUrl }: ReadEvent,
): Promise<string | null> {
  if (seatId !== null) {
    const [own] = await manager.query<{ id: string }[]>(
      'SELECT id FROM seat WHERE agency_id = $1 AND id = $2 AND client_account_id = $3',
      [agencyId, seatId, seatAccountId],
    );
    return own?.id ?? null;
  }
  const found = await manager.query<{ id: string }[]>(
    `SELECT id FROM seat WHERE agency_id = $1 AND ($2::uuid IS NULL OR client_account_id = $2)
       AND (external_ref = $3 OR profile_url = $4) LIMIT 2`,
    [agencyId, clientAccountId, senderId, senderUrl && comparedAddress(senderUrl)],
  );
  // Two seats that it may be of are none.
  return found.length === 1 ? found[0]!.id : null;
}

async function tellOnceADay(
  manager: EntityManager,
  source: InboundSource,
  why: UnreadReason,
  at: Instant,
): Promise<void> {
  const { agencyId, id, clientAccountId, seatId, seatAccountId } = source;
  const [told] = await manager.query<[object[], number]>(
    `UPDATE inbound_source SET unread_told_at = $3 WHERE agency_id = $1 AND id = $2 AND unread_told_at <= $4
     RETURNING id`,
    [agencyId, id, at, at - DAY],
  );
  if (told.length === 0) return;
  const whose = { clientAccountId: seatAccountId ?? clientAccountId, seatId };
  const raisedAt = await holdBook(manager, agencyId);
  await raise(manager, agencyId, [{ kind: 'EVENTS_UNREAD', ...whose, facts: { why }, at: raisedAt }]);
}
