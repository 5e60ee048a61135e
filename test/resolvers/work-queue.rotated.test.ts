import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { Operators } from './work-queue.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const MINUTE = 60_000;
const LOOK = [{ key: 'look', kind: 'ENGAGE', action: 'COMMENT' }];
/** Who else has a key of the agency. */
const OTHER = 1;

let clocked: ClockedApi;
let api: Api;
let queue: Operators;
let touchId: string;
let reservationId: string;

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.close());
beforeEach(async () => {
  await clocked.setClock(MORNING);
  queue = await Operators.of(clocked, 1, LOOK);
  touchId = (await queue.next()).touches[0].touch.id;
  reservationId = (await queue.claim(touchId, 0, 'mine')).decision.reservation.id;
  await clocked.pass(MINUTE);
});

const messageOf = ({ userErrors }: Json): string => userErrors[0].message;

/** Keys that took over one from the other; who asks with the last one. */
async function rotated(times: number): Promise<number> {
  let who = 0;
  for (let time = 0; time < times; time += 1) who = await queue.rotate(who);
  return who;
}

describe('what a key claimed is that of the key that took over from it', () => {
  it.each([1, 3])('which completes it, %d rotations later', async (times) => {
    const { touch, userErrors } = await queue.end('completeTouch', { touchId }, await rotated(times));
    expect(userErrors).toEqual([]);
    expect(touch).toMatchObject({ state: 'DONE', reservation: { id: reservationId, status: 'COMMITTED' } });
  });

  it('and passes it over, and gives it up', async () => {
    const who = await rotated(1);
    expect((await queue.end('skipTouch', { touchId }, who)).touch.state).toBe('SKIPPED');
    const failing = await Operators.of(clocked, 1, LOOK);
    const { id } = (await failing.next()).touches[0].touch;
    await failing.claim(id);
    const failed = { touchId: id, because: 'PERSON_GONE' };
    expect((await failing.end('failTouch', failed, await failing.rotate(0))).touch.state).toBe('FAILED');
  });

  it('and tells LinkedIn’s notice of a limit', async () => {
    const notice = { touchId, because: 'LINKEDIN_LIMIT_NOTICE' };
    expect((await queue.end('failTouch', notice, await rotated(1))).touch.state).toBe('DUE');
  });

  it('and claims it again by its idempotencyKey alone', async () => {
    const who = await rotated(2);
    const again = await queue.claim(touchId, who, 'mine');
    expect(again.decision.reservation).toEqual({ id: reservationId, status: 'HELD' });
    expect(messageOf(await queue.claim(touchId, who))).toContain('by another idempotencyKey');
    expect(messageOf(await queue.claim(touchId, OTHER, 'mine'))).toContain('Somebody has it until');
  });

  it('also where somebody else has claimed it since, or told what came of it', async () => {
    const who = await rotated(1);
    await clocked.pass(30 * MINUTE);
    await queue.claim(touchId, OTHER);
    expect(messageOf(await queue.end('completeTouch', { touchId }, who))).toContain(
      'Somebody else has claimed it. If it was sent, record it',
    );
    expect((await queue.end('completeTouch', { touchId }, OTHER)).touch.state).toBe('DONE');
    expect(messageOf(await queue.end('completeTouch', { touchId }, who))).toContain(
      'It was done by another claim.',
    );
  });
});

describe('it is nobody else’s', () => {
  it('not another key’s, which is told what works', async () => {
    await rotated(1);
    for (const input of [{ touchId }, { touchId, reservationId }]) {
      expect(messageOf(await queue.end('completeTouch', input, OTHER))).toBe(
        'Somebody else has claimed it. If it was sent, commit its reservation with commitReservation; once its hold is over, record it with recordActivities and its reservationId.',
      );
    }
    expect(messageOf(await queue.end('skipTouch', { touchId }, OTHER))).toBe('Somebody else has claimed it.');
    const input = { reservationId };
    const commit = `mutation ($input: CommitReservationInput!) { commitReservation(input: $input) {
      reservation { status } userErrors { message } } }`;
    const { commitReservation } = await api.data(queue.keys[OTHER]!, commit, { input });
    expect(commitReservation).toEqual({ reservation: { status: 'COMMITTED' }, userErrors: [] });
  });

  it('not that of a key that was itself taken over by another', async () => {
    const who = await rotated(1);
    await clocked.pass(30 * MINUTE);
    await queue.claim(touchId, who, 'newer');
    expect(messageOf(await queue.end('skipTouch', { touchId }, 0))).toBe('Somebody else has claimed it.');
    expect((await queue.end('skipTouch', { touchId }, who)).touch.state).toBe('SKIPPED');
  });

  it('nor that of another agency’s key that was rotated, nor of one of another client account', async () => {
    const theirs = await Operators.of(clocked, 1, LOOK);
    const stranger = await theirs.rotate(0);
    expect(messageOf(await theirs.end('completeTouch', { touchId }, stranger))).toBe(
      'There is no such touch.',
    );
    const { agency } = queue.stage;
    const query = `mutation ($input: CreateClientAccountInput!) { createClientAccount(input: $input) { clientAccount { id } } }`;
    const input = { name: 'Other', planId: toId('plan', agency.plan.id), timeZone: 'UTC' };
    const { id } = (await api.data(agency.key, query, { input })).createClientAccount.clientAccount;
    const make = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }`;
    const key = { name: 'Tool', role: 'OPERATOR', clientAccountId: id };
    const { secret } = (await api.data(agency.key, make, { input: key })).createApiKey;
    const who = await queue.rotate(queue.keys.push(secret) - 1);
    for (const idempotencyKey of ['mine', randomUUID()]) {
      expect(messageOf(await queue.claim(touchId, who, idempotencyKey))).toBe('There is no such touch.');
    }
  });
});
