import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { UsageEvent } from '../../src/live/usage-subscription.js';
import { done, newSeat, viewerAs } from '../support/agency.js';
import { inTemporaryFolder, writeArchive } from '../support/archive.js';
import { ME } from '../imports/reading.js';
import { testDatabase } from '../support/database.js';
import { sentTo } from '../support/import-desk.js';
import { counterOf, hold, LiveStage, takenOf, type Process } from './usage-stage.js';

let stage: LiveStage;
let one: Process;
/** Another process: what it changes, nobody tells the first one of. */
let other: Process;

beforeAll(async () => {
  stage = await LiveStage.open((await testDatabase()).appUrl);
  one = await stage.process({ hints: false });
  other = await stage.process({ hints: false });
});
afterEach(() => stage.tidy());
afterAll(() => stage.close());

const TEN = { actions: ['FOLLOW'], windowKind: 'ROLLING', windowSeconds: 86_400, max: 10 } as const;

function maxOf(event: UsageEvent, action: 'FOLLOW' | 'DIRECT_MESSAGE' = 'FOLLOW') {
  const { max, origin } = counterOf(event, action).limit;
  return [max, origin].join(' ');
}

it('shows a limit that is set and removed, at the scope that it is of', async () => {
  const agency = await stage.seed();
  const { owner, agencyId, seat, clientAccount } = agency;
  const heard = await stage.listen(one, owner);
  for (const scope of [
    { kind: 'SEAT', id: seat.id },
    { kind: 'CLIENT_ACCOUNT', id: clientAccount.id },
    { kind: 'AGENCY', id: agencyId },
  ] as const) {
    await heard.until(scope.id);
    const { limits } = other.services;
    const { id } = done(await limits.setLimit(owner, { scope, limit: TEN }));
    await heard.until(scope.id, (event) => event.usage.some(({ limit }) => limit.limitId === id));
    done(await limits.removeLimit(owner, id));
    await heard.until(scope.id, (event) => event.usage.every(({ limit }) => limit.limitId !== id));
  }
});

it('tells a parent’s change once, at the parent', async () => {
  const agency = await stage.seed({ plan: { limits: [TEN] } });
  const { owner, seat, clientAccount } = agency;
  const heard = await stage.listen(one, owner, { clientAccountId: clientAccount.id });
  for (const id of [seat.id, clientAccount.id]) await heard.until(id);
  await hold(other, agency);
  await heard.until(clientAccount.id, (event) => takenOf(event, 'FOLLOW').join() === '1,0');
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '1,0');
  expect(heard.events).toHaveLength(4);
});

it('shows a plan, a mode, a policy and a tier that change', async () => {
  const agency = await stage.seed({ plan: { limits: [TEN] } });
  const { owner, seat, clientAccount, plan } = agency;
  const heard = await stage.listen(one, owner);
  await heard.until(clientAccount.id, (event) => maxOf(event) === '10 PLAN');
  done(await other.services.plans.updatePlan(owner, { planId: plan.id, limits: [{ ...TEN, max: 7 }] }));
  await heard.until(clientAccount.id, (event) => maxOf(event) === '7 PLAN');

  await heard.until(seat.id, (event) => maxOf(event, 'DIRECT_MESSAGE') === '150 POLICY');
  done(await other.services.seatChanges.updateSeat(owner, { seatId: seat.id, limitMode: 'RECOMMENDED' }));
  await heard.until(seat.id, (event) => maxOf(event, 'DIRECT_MESSAGE') === '50 POLICY');
  const changes = [
    { actions: ['DIRECT_MESSAGE'], windowSeconds: 86_400, recommended: 9, ceiling: 19 },
  ] as const;
  done(await other.services.policies.publishPolicy(owner, { changes, source: 'A letter' }));
  await heard.until(seat.id, (event) => maxOf(event, 'DIRECT_MESSAGE') === '9 POLICY');
  done(await other.services.seatChanges.updateSeat(owner, { seatId: seat.id, tier: 'BASIC' }));
  await heard.until(seat.id, (event) => event.usage.some(({ limit }) => limit.counter.onlyWithNote));
});

it('shows a restriction, which gives room back, and its end by a person', async () => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  await hold(other, agency);
  const heard = await stage.listen(one, owner, { seatId: seat.id });
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '1,0');
  done(await other.services.restrictions.report(owner, { seatId: seat.id, kind: 'IDENTITY_CHECK' }));
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '0,0');
  const told = heard.events.length;
  done(await other.services.restrictions.lift(owner, await restrictionOf(seat.id)));
  await heard.until(seat.id, (event) => counterOf(event, 'FOLLOW').limit.origin === 'RESTRICTION');
  expect(heard.events.length).toBe(told + 1);

  async function restrictionOf(seatId: string): Promise<string> {
    const text = 'SELECT id FROM restriction WHERE agency_id = $1 AND seat_id = $2';
    const rows = await one.reader.read(owner, (transaction) =>
      transaction.query<{ id: string }>({ name: 'restriction_of_test', text }, [owner.agencyId, seatId]),
    );
    return rows[0]!.id;
  }
});

it('shows outside use that is declared, and an import', async () => {
  const agency = await stage.seed({ seat: { profileUrl: ME } });
  const { owner, seat } = agency;
  const heard = await stage.listen(one, owner, { seatId: seat.id });
  await heard.until(seat.id);
  const from = new Date().toISOString().slice(0, 10);
  const declared = { seatId: seat.id, action: 'DIRECT_MESSAGE', perDay: 4, from } as const;
  done(await other.services.outsideUses.declareOutsideUse(owner, declared));
  await heard.until(seat.id, (event) => counterOf(event, 'DIRECT_MESSAGE').unknown === 4);
  await inTemporaryFolder(async (folder) => {
    const path = await writeArchive(join(folder, 'export'), 'folder', sentTo(Date.now() - 60_000));
    const imported = done(await other.services.imports.importArchive(owner, { seatId: seat.id, path }));
    expect('code' in imported).toBe(false);
  });
  await heard.until(seat.id, (event) => counterOf(event, 'DIRECT_MESSAGE').used === 1);
});

it('shows a seat that is added, and one that is removed and restored', async () => {
  const { owner, clientAccount } = await stage.seed();
  const heard = await stage.listen(one, owner, { clientAccountId: clientAccount.id });
  await heard.until(clientAccount.id);
  const { id } = done(await other.services.seatChanges.addSeat(owner, newSeat(clientAccount.id)));
  await heard.until(id);
  done(await other.services.seatMoves.removeSeat(owner, id));
  await heard.until(id, () => heard.of(id).length === 2);
  done(await other.services.seatMoves.restoreSeat(owner, id));
  await heard.until(id, () => heard.of(id).length === 3);
});

it('a seat that moves is told no more to who may not see it any longer, and from now on to who may', async () => {
  const agency = await stage.seed();
  const { owner, seat, clientAccount, plan } = agency;
  const terms = { name: randomUUID(), planId: plan.id, timeZone: 'UTC' };
  const target = done(await other.services.clientAccounts.createClientAccount(owner, terms));
  const before = await stage.listen(one, viewerAs(owner, 'CLIENT', clientAccount.id));
  const after = await stage.listen(one, viewerAs(owner, 'CLIENT', target.id));
  const everything = await stage.listen(one, owner);
  for (const heard of [before, everything]) await heard.until(seat.id);
  await after.until(target.id);
  done(await other.services.seatMoves.moveSeat(owner, { seatId: seat.id, clientAccountId: target.id }));
  await after.until(seat.id);
  await hold(other, agency);
  await after.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '1,0');
  await everything.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '1,0');
  expect(before.of(seat.id)).toHaveLength(1);
  expect(before.events.map(({ scope }) => scope.kind).sort()).toEqual(['CLIENT_ACCOUNT', 'SEAT']);
});

describe('who sees what', () => {
  it('a CLIENT is told of no agency; whoever was given single seats, of these alone', async () => {
    const agency = await stage.seed();
    const { owner, seat, clientAccount } = agency;
    const second = done(await other.services.seatChanges.addSeat(owner, newSeat(clientAccount.id)));
    const client = await stage.listen(one, viewerAs(owner, 'CLIENT', clientAccount.id));
    const reach = { clientAccountIds: [], seatIds: [seat.id], seatAccountIds: [clientAccount.id] };
    const operator = { ...viewerAs(owner, 'OPERATOR'), reach };
    const [all, asked] = [
      await stage.listen(one, operator),
      await stage.listen(one, operator, { clientAccountId: clientAccount.id }),
    ];
    for (const id of [clientAccount.id, seat.id, second.id]) await client.until(id);
    for (const heard of [all, asked]) await heard.until(seat.id);
    // What is told of another seat would have come by then.
    await hold(other, agency);
    await all.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '1,0');
    expect(new Set(client.events.map(({ scope }) => scope.id))).toEqual(
      new Set([clientAccount.id, seat.id, second.id]),
    );
    for (const heard of [all, asked])
      expect(new Set(heard.events.map(({ scope }) => scope.id))).toEqual(new Set([seat.id]));
  });

  it('an id of another agency, or of a client account that is not one’s own, is NOT_FOUND as nobody’s', async () => {
    const { owner, seat, clientAccount } = await stage.seed();
    const stranger = await stage.seed();
    const wrong = [
      [stranger.owner, { seatId: seat.id }],
      [stranger.owner, { clientAccountId: clientAccount.id }],
      [owner, { seatId: randomUUID() }],
      [viewerAs(owner, 'CLIENT', randomUUID()), { seatId: seat.id }],
      [viewerAs(owner, 'CLIENT', randomUUID()), { clientAccountId: clientAccount.id }],
    ] as const;
    for (const [viewer, filter] of wrong) {
      await expect(stage.listen(one, viewer, filter)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(one.live.usage.subscribers).toBe(0);
  });
});
