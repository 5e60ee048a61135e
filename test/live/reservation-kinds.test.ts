import { randomUUID } from 'node:crypto';
import { AgenciesReader } from '../../src/ledger/told/agencies-reader.js';
import type { ReservationFilter } from '../../src/ledger/told/reservation-changes.js';
import { ReservationReader } from '../../src/ledger/told/reservation-reader.js';
import {
  ReservationSubscription,
  type ReservationEvent,
  type ReservationHome,
  type ReservationPosition,
} from '../../src/live/reservation-subscription.js';
import { DAY, MINUTE } from '../../src/quota/window.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { done, newSeat, viewerAs, type SeededAgency } from '../support/agency.js';
import { hold, LiveStage, type Process } from './usage-stage.js';

/** A Thursday. */
const NOW = Date.parse('2026-11-26T09:00Z');
/** A batch that is under way may still have held it: so much later an expiry is beyond doubt. */
const SETTLED_MS = 250;
const ALL: ReservationFilter = { seatId: null, clientAccountId: null };

let database: ClockedDatabase;
let stage: LiveStage;
let one: Process;
let agency: SeededAgency;
let at: number;
const open: ReservationSubscription[] = [];

beforeAll(async () => {
  database = await clockedDatabase();
  stage = await LiveStage.open(database.appUrl);
  at = NOW;
  await database.setClock(at);
  one = await stage.process();
});
beforeEach(async () => {
  agency = await stage.seed();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((stream) => stream.return()));
  expect(one.live.reservations.subscribers).toBe(0);
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

async function pass(ms: number): Promise<void> {
  at += ms;
  await database.setClock(at);
}

async function listen(
  viewer: Viewer,
  since: ReservationPosition | null = null,
  filter = ALL,
): Promise<ReservationSubscription> {
  const stream = await one.live.reservations.subscribe(viewer, filter, since);
  open.push(stream);
  return stream;
}

/** Listens, and has been told what is held. */
async function listening(viewer: Viewer, held: number): Promise<ReservationSubscription> {
  const stream = await listen(viewer);
  expect(await told(stream, 1)).toEqual([`held ${held}`]);
  return stream;
}

async function next(stream: ReservationSubscription): Promise<ReservationEvent> {
  const { value } = await stream.next();
  if (!value) throw new Error('The stream has ended.');
  return value;
}

function inWords(event: ReservationEvent): string {
  if (event.kind === 'HELD') return `held ${event.held.length}`;
  const { status, resolution } = event.change;
  return [status, resolution?.releasedBecause].filter(Boolean).join(' ');
}

async function told(stream: ReservationSubscription, count: number): Promise<string[]> {
  const words: string[] = [];
  while (words.length < count) words.push(inWords(await next(stream)));
  return words;
}

async function otherAccount({ owner, plan }: SeededAgency): Promise<string> {
  const terms = { name: randomUUID(), planId: plan.id, timeZone: 'UTC' };
  return done(await one.services.clientAccounts.createClientAccount(owner, terms)).id;
}

it('a hold expires by time alone: told once that is beyond doubt, and not a moment before', async () => {
  const stream = await listening(agency.owner, 0);
  const id = await hold(one, agency, { holdSeconds: 60 });
  expect(await told(stream, 1)).toEqual(['HELD']);
  await pass(MINUTE + SETTLED_MS - 1);
  const expired = next(stream);
  // Several looks at a clock that stands, which find nothing.
  while (one.live.timekeeper.now() < at + 1) await new Promise(setImmediate);
  const nothing = new Promise((resolve) => setImmediate(resolve, 'nothing'));
  expect(await Promise.race([expired, nothing])).toBe('nothing');
  await pass(1);
  const event = await expired;
  expect(event).toMatchObject({ change: { id, status: 'EXPIRED', changedAt: at - SETTLED_MS } });
  // Whoever comes again behind it is not told of it once more.
  const again = await listen(agency.owner, event.position);
  await hold(one, agency);
  expect(await told(again, 1)).toEqual(['HELD']);
});

it('do-not-contact releases what is held for the person, and for nobody else', async () => {
  const { owner } = agency;
  const profileUrl = `https://www.linkedin.com/in/${randomUUID()}`;
  const stream = await listening(owner, 0);
  await hold(one, agency, { profileUrl });
  await hold(one, agency);
  expect(await told(stream, 2)).toEqual(['HELD', 'HELD']);
  done(await one.services.doNotContact.add(owner, { profileUrl }));
  expect(await told(stream, 1)).toEqual(['RELEASED DO_NOT_CONTACT']);
  await hold(one, agency);
  expect(await told(stream, 1)).toEqual(['HELD']);
});

it('a seat that moves: what it held is told as released to whom it was of, and to nobody whose it becomes', async () => {
  const { owner, seat, clientAccount } = agency;
  const target = await otherAccount(agency);
  await hold(one, agency);
  const before = await listening(viewerAs(owner, 'CLIENT', clientAccount.id), 1);
  const after = await listening(viewerAs(owner, 'CLIENT', target), 0);
  done(await one.services.seatMoves.moveSeat(owner, { seatId: seat.id, clientAccountId: target }));
  expect(await told(before, 1)).toEqual(['RELEASED SEAT_MOVED']);
  await pass(1_000);
  await hold(one, agency);
  // The first that the new one is told is what was held since.
  expect(await told(after, 1)).toEqual(['HELD']);
  const whole = await listening(owner, 1);
  done(await one.services.seatChanges.pauseSeat(owner, seat.id));
  expect([await told(whole, 1), await told(after, 1)]).toEqual([
    ['RELEASED SEAT_PAUSED'],
    ['RELEASED SEAT_PAUSED'],
  ]);
  // The old one is told nothing of it: its own next is of a seat that it has.
  const own = done(await one.services.seatChanges.addSeat(owner, newSeat(clientAccount.id)));
  await hold(one, { owner, seat: own });
  expect(await next(before)).toMatchObject({ change: { seatId: own.id, status: 'HELD' } });
});

describe('who sees what', () => {
  it('a CLIENT is told of its own client account alone, whoever was given a single seat of that alone', async () => {
    const { owner, seat, clientAccount } = agency;
    const second = done(await one.services.seatChanges.addSeat(owner, newSeat(clientAccount.id)));
    const third = done(await one.services.seatChanges.addSeat(owner, newSeat(await otherAccount(agency))));
    const seats = [seat, second, third];
    for (const each of seats) await hold(one, { owner, seat: each });
    const reach = { clientAccountIds: [], seatIds: [second.id], seatAccountIds: [clientAccount.id] };
    const member = await listening({ ...viewerAs(owner, 'OPERATOR'), reach }, 1);
    const client = await listening(viewerAs(owner, 'CLIENT', clientAccount.id), 2);
    // In this order: what one may not see comes before what it may.
    for (const each of [third, seat, second]) {
      await pass(1_000);
      await hold(one, { owner, seat: each });
    }
    const ofClient = [await next(client), await next(client)];
    expect(ofClient.map((event) => 'change' in event && event.change.seatId)).toEqual([seat.id, second.id]);
    expect(await next(member)).toMatchObject({ change: { seatId: second.id, status: 'HELD' } });
  });

  it('what is asked for by seat or client account is told, what is not is left out', async () => {
    const { owner, seat, clientAccount } = agency;
    const second = done(await one.services.seatChanges.addSeat(owner, newSeat(clientAccount.id)));
    const target = await otherAccount(agency);
    const streams = [
      await listen(owner, null, { seatId: second.id, clientAccountId: null }),
      await listen(owner, null, { seatId: null, clientAccountId: target }),
    ];
    for (const stream of streams) expect(await told(stream, 1)).toEqual(['held 0']);
    const third = done(await one.services.seatChanges.addSeat(owner, newSeat(target)));
    for (const each of [seat, second, third]) await hold(one, { owner, seat: each });
    const [bySeat, byAccount] = await Promise.all(streams.map((stream) => next(stream)));
    expect(bySeat).toMatchObject({ change: { seatId: second.id } });
    expect(byAccount).toMatchObject({ change: { seatId: third.id } });
  });
});

it('a `since` that is too old begins with what is held; one that is not, with what was missed', async () => {
  const { owner } = agency;
  const first = await listening(owner, 0);
  await hold(one, agency, { holdSeconds: 86_400 });
  const { position } = await next(first);
  await first.return();
  await hold(one, agency, { holdSeconds: 86_400 });
  await pass(MINUTE);
  const missed = await listen(owner, position);
  expect((await told(missed, 1)).every((word) => word === 'HELD')).toBe(true);
  await missed.return();
  await pass(3 * DAY);
  await hold(one, agency);
  expect(await told(await listen(owner, position), 1)).toEqual(['held 1']);
});

it('whoever read so slowly that changes were forgotten goes back to the books, and misses none of them', async () => {
  const { owner } = agency;
  const failures: unknown[] = [];
  const agencies = new AgenciesReader(database.appUrl, (error) => void failures.push(error));
  const reader = new ReservationReader(agencies);
  // A home that has forgotten all that came, until it is asked anew.
  let end = 0;
  let isListening: () => void = () => undefined;
  const listeningLive = new Promise<void>((resolve) => (isListening = resolve));
  const home: ReservationHome = {
    reader,
    get end() {
      return end;
    },
    get settledAt() {
      return at;
    },
    changeAt: (number) => {
      isListening();
      return number < end ? 'LOST' : null;
    },
    leave: () => undefined,
  };
  const stream = new ReservationSubscription(owner, ALL, null, home);
  expect(await told(stream, 1)).toEqual(['held 0']);
  const waiting = told(stream, 2);
  // The rest of the books was read, and there was nothing: it waits for what comes.
  await listeningLive;
  await pass(1_000);
  const id = await hold(one, agency);
  await hold(one, agency);
  done(await one.services.reservations.commit(owner, { reservationId: id }));
  end = 3;
  stream.changed();
  expect((await waiting).toSorted()).toEqual(['COMMITTED', 'HELD']);
  await stream.return();
  await agencies.close();
  expect(failures).toEqual([]);
});
