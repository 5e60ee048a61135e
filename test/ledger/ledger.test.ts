import { Ledger } from '../../src/ledger/ledger.js';
import { Refusal } from '../../src/errors.js';
import { DAY } from '../../src/quota/window.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  decisionOf,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  sha256,
  type Office,
} from './support.js';

let database: TestDatabase;
let ledger: Ledger;
let office: Office;

beforeAll(async () => {
  database = await testDatabase();
  ledger = new Ledger(database.appUrl);
});
afterAll(() => ledger.close());
beforeEach(async () => {
  office = await openOffice(database.appUrl);
});

describe('a reservation', () => {
  it('is held, and counts in every window until it is resolved', async () => {
    const decision = decisionOf(await ledger.ask(reserveRequest(office, 'PROFILE_VIEW')));
    expect(decision.outcome).toBe('ALLOWED');
    expect(decision.expiresAt).toBe(decision.decidedAt + 900_000);
    expect(decision.usage.map(({ held, used }) => [held, used])).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('P7: counts at the instant of its send once it is committed, and leaves no trace when it is released', async () => {
    const committed = decisionOf(await ledger.ask(reserveRequest(office, 'PROFILE_VIEW')));
    const released = decisionOf(await ledger.ask(reserveRequest(office, 'PROFILE_VIEW')));
    const { viewer } = office;
    const commit = await ledger.ask({ kind: 'COMMIT', viewer, reservationId: committed.id, sentAt: null });
    const release = await ledger.ask({
      kind: 'RELEASE',
      viewer,
      reservationId: released.id,
      because: 'NOT_SENT',
    });
    expect(commit).toMatchObject({ resolution: { status: 'COMMITTED' } });
    expect(release).toMatchObject({ resolution: { status: 'RELEASED', sentAt: null } });
    const after = decisionOf(await ledger.ask(reserveRequest(office, 'PROFILE_VIEW')));
    expect(after.usage.map(({ held, used }) => [held, used])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('P1: 64 callers asking at once for a seat with 40 left get exactly 40', async () => {
    const now = Date.now();
    await ledger.ask({
      kind: 'RECORD',
      viewer: office.viewer,
      inputs: [recordInput(office, 'PROFILE_VIEW', now - 1000, { count: 40 })],
    });
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => ledger.ask(reserveRequest(office, 'PROFILE_VIEW'))),
    );
    const decisions = answers.map(decisionOf);
    expect(decisions.filter(({ outcome }) => outcome === 'ALLOWED')).toHaveLength(40);
    const denied = decisions.filter(({ outcome }) => outcome === 'DENIED');
    expect(denied).toHaveLength(24);
    expect(new Set(denied.map(({ retryAt }) => retryAt)).size).toBe(1);
  });

  it('P4: one key is one decision, in one batch and later', async () => {
    const request = reserveRequest(office, 'REACTION');
    const answers = await Promise.all(Array.from({ length: 32 }, () => ledger.ask(request)));
    const made = answers.filter((answer) => !(answer instanceof Refusal) && 'decision' in answer);
    expect(made).toHaveLength(1);
    const { id } = decisionOf(made[0]!);
    expect(
      answers.filter(
        (answer) => !(answer instanceof Refusal) && 'replayOf' in answer && answer.replayOf === id,
      ),
    ).toHaveLength(31);
    const other = {
      ...request,
      idempotency: { ...request.idempotency, fingerprint: sha256('another input') },
    };
    expect(await ledger.ask(other)).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      field: ['input', 'idempotencyKey'],
    });
  });

  it('P6: says exactly when the oldest of 100 invitations leaves the seven days', async () => {
    const now = Date.now();
    const instants = Array.from(
      { length: 100 },
      (_, index) => now - DAY - Math.floor((index + Math.random()) * 5.9 * DAY * 0.01),
    );
    await ledger.ask({
      kind: 'RECORD',
      viewer: office.viewer,
      inputs: instants.map((at) => recordInput(office, 'CONNECTION_REQUEST', at)),
    });
    const decision = decisionOf(await ledger.ask(reserveRequest(office, 'CONNECTION_REQUEST')));
    expect(decision.outcome).toBe('DENIED');
    expect(decision.reasons[0]).toMatchObject({
      code: 'LIMIT_REACHED',
      limit: { max: 100, counter: { key: 'CONNECTION_REQUEST@604800' } },
    });
    expect(decision.retryAt).toBe(Math.min(...instants) + 7 * DAY);
    expect(decision.certainAt).toBe(decision.retryAt);
  });

  it('P14: a record of a committed send is the same send, once', async () => {
    const recipient = person();
    const decision = decisionOf(await ledger.ask(reserveRequest(office, 'REACTION', { recipient })));
    await ledger.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId: decision.id, sentAt: null });
    const inputs = [0, 1].map((minutes) =>
      recordInput(office, 'REACTION', decision.decidedAt - minutes * 60_000, { recipient }),
    );
    expect(await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs })).toEqual({
      recorded: 1,
      alreadyKnown: 1,
      newSends: [expect.objectContaining({ at: inputs[1]!.occurredAt, chargeId: expect.any(String) })],
      noted: [false, false],
    });
    expect(await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs })).toEqual({
      recorded: 0,
      alreadyKnown: 2,
      newSends: [],
      noted: [false, false],
    });
  });
});
