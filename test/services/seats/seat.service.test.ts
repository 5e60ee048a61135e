import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { SeatAssignmentEntity } from '../../../src/entities/seat-assignment.entity.js';
import { ScopeZoneEntity } from '../../../src/entities/scope-zone.entity.js';
import { normalizeProfileUrl } from '../../../src/imports/profile-url.js';
import { dayOf } from '../../../src/quota/calendar.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done, newSeat, refused, seedAgency, servicesOn, viewerAs } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
});
afterAll(() => dataSource.destroy());

const NOBODY = '00000000-0000-0000-0000-000000000000';

function rows<Row>(viewer: Viewer, sql: string, ...values: unknown[]): Promise<Row[]> {
  return inAgency(dataSource, viewer, (manager) => manager.query<Row[]>(sql, [viewer.agencyId, ...values]));
}

async function remove(viewer: Viewer, seatId: string): Promise<void> {
  await rows(viewer, `UPDATE seat SET status = 'REMOVED' WHERE agency_id = $1 AND id = $2`, seatId);
}

describe('addSeat', () => {
  it('keeps all that is said of it, its client account and its zone from now on', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const input = newSeat(clientAccount.id, {
      holderName: 'Ana Pérez',
      holderKind: 'CLIENT_STAFF',
      profileUrl: 'linkedin.com/in/Ana-P%C3%A9rez/?trk=x',
      tier: 'BASIC',
      timeZone: 'Europe/Madrid',
      externalRef: 'S-1',
      workingHours: { days: [5, 1, 1], from: '09:00', to: '24:00' },
      limitMode: 'RECOMMENDED',
      openingPendingInvitations: 12,
      warmUpStartedOn: '2026-11-01',
      openingCredits: 3,
      creditsRenewOn: '2026-12-24',
      creditsPerMonth: 7,
    });
    const seat = done(await services.seats.addSeat(owner, input));
    expect(seat).toMatchObject({
      ...input,
      profileUrl: 'https://www.linkedin.com/in/ana-p%C3%A9rez',
      workingHours: { v: 1, days: [1, 5], from: '09:00', to: '24:00' },
      status: 'ACTIVE',
    });
    expect((await services.seatReader.byIds(owner, [seat.id])).get(seat.id)).toEqual(seat);
    const [assignments, zones] = await inAgency(dataSource, owner, async (manager) => [
      await manager.findBy(SeatAssignmentEntity, { agencyId: owner.agencyId, seatId: seat.id }),
      await manager.findBy(ScopeZoneEntity, { agencyId: owner.agencyId, scopeId: seat.id }),
    ]);
    expect(assignments).toMatchObject([{ clientAccountId: clientAccount.id, fromAt: seat.createdAt }]);
    expect(zones).toMatchObject([{ scopeKind: 'SEAT', timeZone: 'Europe/Madrid', fromAt: seat.createdAt }]);
  });

  it('has room for the longest address that a profile can have', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    // Four bytes each, and so twelve characters percent-encoded; at random, as an index can't make it shorter.
    const letter = (): string => String.fromCodePoint(0x10428 + Math.floor(Math.random() * 40));
    const slug = Array.from({ length: 200 }, letter).join('');
    const profileUrl = normalizeProfileUrl(`linkedin.com/in/${slug}`) ?? '';
    expect(profileUrl).toHaveLength(2_428);
    expect(
      done(await services.seats.addSeat(owner, newSeat(clientAccount.id, { profileUrl }))),
    ).toMatchObject({
      profileUrl,
    });
    const longer = newSeat(clientAccount.id, { profileUrl: `linkedin.com/in/${slug}${letter()}` });
    expect(refused(await services.seats.addSeat(owner, longer))).toBe('INVALID input.profileUrl');
  });

  it('refuses what is wrong, and a client account of nobody', async () => {
    const { owner } = await seedAgency(dataSource);
    const add = (overrides: object) => services.seats.addSeat(owner, newSeat(NOBODY, overrides));
    expect(refused(await add({ holderName: ' ' }))).toBe('INVALID input.holderName');
    expect(refused(await add({}))).toBe('NOT_FOUND input.clientAccountId');
  });

  it('refuses an agreement of tomorrow, by the calendar of the seat', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    // In the first of these zones it is a day later than in the second, whatever the time.
    const [ahead, behind] = ['Pacific/Kiritimati', 'Pacific/Niue'];
    const holderAgreedOn = dayOf(Date.now(), ahead);
    const add = (timeZone: string) =>
      services.seats.addSeat(owner, newSeat(clientAccount.id, { timeZone, holderAgreedOn }));
    expect(refused(await add(behind))).toBe('INVALID input.holderAgreedOn');
    done(await add(ahead));
  });

  it('refuses an account that the agency has already, and says to restore one that was removed', async () => {
    const { owner, seat, clientAccount, plan } = await seedAgency(dataSource);
    const again = newSeat(clientAccount.id, { profileUrl: `${seat.profileUrl.toUpperCase()}/` });
    expect(refused(await services.seats.addSeat(owner, again))).toBe('TAKEN input.profileUrl');
    await remove(owner, seat.id);
    const outcome = await services.seats.addSeat(owner, again);
    expect(refused(outcome)).toBe('TAKEN input.profileUrl');
    expect(outcome).toMatchObject({ message: expect.stringContaining('restore') });
    // Another client account hears no more than that it is taken.
    const input = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
    const other = done(await services.clientAccounts.createClientAccount(owner, input));
    const unseen = await services.seats.addSeat(viewerAs(owner, 'ADMIN', other.id), {
      ...again,
      clientAccountId: other.id,
    });
    expect(unseen).toMatchObject({ code: 'TAKEN', message: expect.not.stringContaining('restore') });
    const stranger = await seedAgency(dataSource);
    done(
      await services.seats.addSeat(stranger.owner, { ...again, clientAccountId: stranger.clientAccount.id }),
    );
  });

  it('refuses a reference that another seat has, and an archived client account', async () => {
    const { owner, clientAccount, seat } = await seedAgency(dataSource, { seat: { externalRef: 'S-1' } });
    const add = (overrides: object) => services.seats.addSeat(owner, newSeat(clientAccount.id, overrides));
    expect(refused(await add({ externalRef: 'S-1' }))).toBe('TAKEN input.externalRef');
    const archive = { clientAccountId: clientAccount.id, status: 'ARCHIVED' } as const;
    done(await services.clientAccounts.updateClientAccount(owner, archive));
    expect(refused(await add({}))).toBe('WRONG_STATE input.clientAccountId');
    done(await services.seatMoves.removeSeat(owner, seat.id));
    expect(refused(await services.seatMoves.restoreSeat(owner, seat.id))).toBe('WRONG_STATE input.seatId');
  });

  it('never goes over the allowance, however many ask at once', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource, { plan: { seatAllowance: 4 } });
    // As many processes, so that nothing but the book stands between them.
    const processes = Array.from({ length: 12 }, () => servicesOn(dataSource));
    const outcomes = await Promise.all(
      processes.map(({ seats }) => seats.addSeat(owner, newSeat(clientAccount.id))),
    );
    const answers = outcomes.map((outcome) => ('code' in outcome ? refused(outcome) : 'added'));
    expect(answers.filter((answer) => answer === 'added')).toHaveLength(3);
    expect(
      answers.filter((answer) => answer === 'SEAT_ALLOWANCE_REACHED input.clientAccountId'),
    ).toHaveLength(9);
  });

  it('counts what was sent before evenly, in the days before the seat was added', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const openingUse = [
      { action: 'DIRECT_MESSAGE', days: 7, count: 3 },
      { action: 'CONNECTION_REQUEST', days: 30, count: 0 },
      { action: 'FOLLOW', days: 1, count: 1 },
    ] as const;
    const seat = done(
      await services.seats.addSeat(owner, newSeat(clientAccount.id, { history: 'DECLARED', openingUse })),
    );
    const charges = await rows<Record<string, unknown>>(
      owner,
      `SELECT *, effective_at::float8 AS at FROM charge WHERE agency_id = $1 AND seat_id = $2
       ORDER BY action, effective_at DESC`,
      seat.id,
    );
    const day = 86_400_000;
    const before = (daysBefore: number) => Math.floor(seat.createdAt - daysBefore * day);
    expect(charges.map(({ action, at }) => [action, at])).toEqual([
      ['DIRECT_MESSAGE', before(7 / 6)],
      ['DIRECT_MESSAGE', before(21 / 6)],
      ['DIRECT_MESSAGE', before(35 / 6)],
      ['FOLLOW', before(1 / 2)],
    ]);
    for (const charge of charges) {
      expect(charge).toMatchObject({
        origin: 'OPENING',
        count: 1,
        noted: false,
        client_account_id: clientAccount.id,
        recorded_by: owner.actor,
      });
    }
  });
});

describe('pauseSeat and resumeSeat', () => {
  async function hold(viewer: Viewer, seat: { id: string; clientAccountId: string }, expiresAt: number) {
    const id = randomUUID();
    await rows(
      viewer,
      `INSERT INTO hold (agency_id, id, seat_id, client_account_id, recipient_id, action, noted, held_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, 'FOLLOW', false, 1, $6)`,
      ...[id, seat.id, seat.clientAccountId, randomUUID(), expiresAt],
    );
    return id;
  }

  it('P13: a pause releases what the seat holds, at once; what has lapsed stays expired', async () => {
    const { owner, seat, clientAccount } = await seedAgency(dataSource);
    const other = done(await services.seats.addSeat(owner, newSeat(clientAccount.id)));
    const later = Date.now() + 600_000;
    const live = [await hold(owner, seat, later), await hold(owner, seat, later)];
    const lapsed = await hold(owner, seat, Date.now() - 1_000);
    const elsewhere = await hold(owner, other, later);
    expect(done(await services.seats.pauseSeat(owner, seat.id)).status).toBe('PAUSED');
    const left = await rows<{ id: string }>(owner, 'SELECT id FROM hold WHERE agency_id = $1');
    expect(left.map(({ id }) => id).sort()).toEqual([lapsed, elsewhere].sort());
    const resolved = await rows<Record<string, unknown>>(
      owner,
      'SELECT * FROM resolution WHERE agency_id = $1',
    );
    expect(resolved.map((row) => row.reservation_id).sort()).toEqual(live.sort());
    expect(resolved[0]).toMatchObject({
      status: 'RELEASED',
      released_because: 'SEAT_PAUSED',
      resolved_by: owner.actor,
      sent_at: null,
    });
    const hours = await rows<object>(owner, 'SELECT action, released FROM usage_hour WHERE agency_id = $1');
    expect(hours).toEqual([{ action: 'FOLLOW', released: 2 }]);
  });

  it('are no-ops when repeated, and write no second entry of the audit log', async () => {
    const { owner, seat } = await seedAgency(dataSource);
    const both = ['pauseSeat', 'pauseSeat', 'resumeSeat', 'resumeSeat'] as const;
    for (const verb of both) {
      const status = verb === 'pauseSeat' ? 'PAUSED' : 'ACTIVE';
      expect(done(await services.seats[verb](owner, seat.id)).status).toBe(status);
    }
    const entries = await rows<object>(
      owner,
      `SELECT verb, changes FROM audit_entry WHERE agency_id = $1 AND verb IN ('pauseSeat', 'resumeSeat') ORDER BY id`,
    );
    expect(entries).toEqual([
      { verb: 'pauseSeat', changes: { v: 1, status: { old: 'ACTIVE', new: 'PAUSED' } } },
      { verb: 'resumeSeat', changes: { v: 1, status: { old: 'PAUSED', new: 'ACTIVE' } } },
    ]);
  });
});
