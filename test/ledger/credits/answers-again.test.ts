import { randomUUID } from 'node:crypto';
import { Refusal } from '../../../src/errors.js';
import { audit } from '../../../src/ledger/audit/audit.js';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import type { EngageInput, RecordInput } from '../../../src/ledger/requests.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/quota/window.js';
import { clockedDatabase, type ClockedDatabase } from '../fake-clock.js';
import {
  decisionOf,
  engageInput,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  type Office,
} from '../support.js';

const ADDED = Date.parse('2026-11-10T09:00Z');
const SENT = ADDED + HOUR;
const ANSWERED = SENT + 2 * HOUR;

let database: ClockedDatabase;
let ledger: Ledger;
let reader: LedgerReader;

beforeAll(async () => {
  database = await clockedDatabase();
  ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  reader = new LedgerReader(database.appUrl);
});
afterAll(async () => {
  await Promise.all([ledger.close(), reader.close()]);
  expect((await audit(database.appUrl)).drift).toEqual([]);
  await database.close();
});

/** A seat with five credits that writes to one person. */
class Desk {
  private constructor(
    private readonly office: Office,
    readonly slug: string,
  ) {}

  static async open(): Promise<Desk> {
    await database.setClock(SENT);
    const office = await openOffice(database.appUrl, {
      ...{ tier: 'PREMIUM_CAREER', addedAt: ADDED, openingCredits: 5 },
    });
    return new Desk(office, randomUUID());
  }

  async left(): Promise<number> {
    const [seatId] = this.office.seatIds as [string];
    return (await reader.creditsOfSeats(this.office.viewer, [seatId])).get(seatId)!.available;
  }

  /** The id of an InMail that is recorded. */
  async record(at: number, more: Partial<RecordInput> = {}): Promise<string> {
    const { office } = this;
    const inputs = [recordInput(office, 'INMAIL', at, { recipient: person(this.slug), ...more })];
    const answer = await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    if (answer instanceof Refusal) throw new Error(answer.message);
    expect(answer.recorded).toBe(1);
    return answer.newSends[0]!.chargeId;
  }

  /** One InMail, however often it is named. */
  async takeOut(...activityIds: string[]): Promise<void> {
    const what = { activityIds, reasonFingerprint: 'x' };
    expect(await ledger.ask({ kind: 'VOID', viewer: this.office.viewer, ...what })).toEqual({ voided: 1 });
  }

  /** A reservation that has lapsed. */
  async lapsed(): Promise<string> {
    const asked = reserveRequest(this.office, 'INMAIL', { recipient: person(this.slug), holdSeconds: 30 });
    const { id, outcome } = decisionOf(await ledger.ask(asked));
    expect(outcome).toBe('ALLOWED');
    await database.setClock(SENT + 31 * SECOND);
    return id;
  }

  answer(more: Partial<EngageInput> = {}): EngageInput {
    return { ...engageInput(this.office, 'INMAIL_DECLINED', this.slug, ANSWERED), ...more };
  }

  async tell(...inputs: EngageInput[]) {
    const answer = await ledger.ask({ kind: 'ENGAGE', viewer: this.office.viewer, inputs });
    if (answer instanceof Refusal) throw new Error(answer.message);
    return answer.results.map(({ alreadyKnown, creditsReturned }) => [alreadyKnown, creditsReturned]);
  }
}

it('what is taken out twice in one call gives back once, and nothing is lost of it', async () => {
  const desk = await Desk.open();
  await database.setClock(SENT + DAY);
  const id = await desk.record(SENT, { recipient: null });
  await desk.record(SENT + HOUR, { recipient: null });
  await desk.takeOut(id, id);
  expect(await desk.left()).toBe(4);
});

describe('an answer that is told again', () => {
  it('gives the credit of an InMail back that was taken out and recorded anew since, once', async () => {
    const desk = await Desk.open();
    await database.setClock(SENT + DAY);
    const id = await desk.record(SENT);
    const first = desk.answer();
    expect(await desk.tell(first)).toEqual([[false, 1]]);
    await desk.takeOut(id);
    expect(await desk.left()).toBe(5);
    await desk.record(SENT + HOUR);
    expect(await desk.left()).toBe(4);
    // What is repeated under its key is the very same call.
    expect(await desk.tell(first)).toEqual([[true, 0]]);
    const again = { occurredAt: ANSWERED + MINUTE };
    expect(await desk.tell(desk.answer(again), desk.answer(again))).toEqual([
      [true, 1],
      [true, 0],
    ]);
    expect(await desk.tell(desk.answer())).toEqual([[true, 0]]);
    expect(await desk.left()).toBe(5);
  });

  it('gives it back to the one that is recorded anew with the reservation which it names', async () => {
    const desk = await Desk.open();
    const reservationId = await desk.lapsed();
    await database.setClock(SENT + DAY);
    const id = await desk.record(SENT, { reservationId });
    expect(await desk.tell(desk.answer({ reservationId }))).toEqual([[false, 1]]);
    await desk.takeOut(id);
    await desk.record(SENT + MINUTE, { reservationId });
    expect(await desk.tell(desk.answer({ reservationId }))).toEqual([[true, 1]]);
    expect(await desk.left()).toBe(5);
  });

  it('is none to what was recorded with the reservation which it names, from before it was sent', async () => {
    const desk = await Desk.open();
    const reservationId = await desk.lapsed();
    await database.setClock(SENT + DAY);
    const early = desk.answer({ reservationId, occurredAt: SENT });
    expect(await desk.tell(early)).toEqual([[false, 0]]);
    await desk.record(SENT + HOUR, { reservationId });
    // What is repeated under its key is the very same call.
    expect(await desk.tell(early)).toEqual([[true, 0]]);
    const again = desk.answer({ reservationId, occurredAt: SENT });
    await expect(desk.tell(again)).rejects.toThrow('occurredAt is more than five minutes before the send.');
    expect(await desk.left()).toBe(4);
    expect(await desk.tell(desk.answer({ reservationId }))).toEqual([[false, 1]]);
  });

  it('gives back what it answers as the books have it alone, whatever it names now', async () => {
    const desk = await Desk.open();
    const reservationId = await desk.lapsed();
    await database.setClock(SENT + DAY);
    await desk.record(SENT + HOUR);
    expect(await desk.tell(desk.answer())).toEqual([[false, 1]]);
    await desk.record(SENT, { reservationId });
    expect(await desk.tell(desk.answer({ reservationId }))).toEqual([[true, 0]]);
    // Sent behind the answer, it has none, though this one is told to be as late.
    await desk.record(ANSWERED + SECOND);
    expect(await desk.tell(desk.answer({ occurredAt: ANSWERED + MINUTE }))).toEqual([[true, 0]]);
    expect(await desk.left()).toBe(3);
  });

  it('gives back no more for InMails that are recorded late, while one stands that it gave back for', async () => {
    const desk = await Desk.open();
    await database.setClock(SENT + DAY);
    const first = await desk.record(SENT);
    expect(await desk.tell(desk.answer())).toEqual([[false, 1]]);
    await database.setClock(SENT + DAY + HOUR);
    const second = await desk.record(SENT + 10 * MINUTE);
    expect(await desk.tell(desk.answer(), desk.answer())).toEqual([
      [true, 0],
      [true, 0],
    ]);
    expect(await desk.left()).toBe(4);
    await desk.takeOut(first);
    expect(await desk.tell(desk.answer())).toEqual([[true, 1]]);
    await desk.record(SENT + HOUR);
    expect(await desk.tell(desk.answer())).toEqual([[true, 0]]);
    await desk.takeOut(second);
    expect(await desk.tell(desk.answer())).toEqual([[true, 1]]);
    expect(await desk.left()).toBe(5);
  });

  it('gives back for one of two that were recorded since, and for one that another answer gave back for before', async () => {
    const desk = await Desk.open();
    await database.setClock(SENT + DAY);
    await desk.record(SENT);
    expect(await desk.tell(desk.answer({ occurredAt: SENT + MINUTE }))).toEqual([[false, 1]]);
    await database.setClock(SENT + DAY + HOUR);
    expect(await desk.tell(desk.answer())).toEqual([[false, 0]]);
    await desk.record(SENT + HOUR);
    expect(await desk.tell(desk.answer())).toEqual([[true, 1]]);
    await desk.record(SENT + HOUR + 10 * MINUTE);
    expect(await desk.tell(desk.answer())).toEqual([[true, 0]]);
    expect(await desk.left()).toBe(4);
  });

  it('gives the credit of an InMail back that was told after it', async () => {
    const desk = await Desk.open();
    await database.setClock(SENT + DAY);
    expect(await desk.tell(desk.answer())).toEqual([[false, 0]]);
    await desk.record(SENT);
    expect(await desk.tell(desk.answer())).toEqual([[true, 1]]);
    expect(await desk.left()).toBe(5);
  });
});
