import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
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

function rows<Row>(viewer: Viewer, sql: string, ...values: unknown[]): Promise<Row[]> {
  return inAgency(dataSource, viewer, (manager) => manager.query<Row[]>(sql, [viewer.agencyId, ...values]));
}

async function remove(viewer: Viewer, seatId: string): Promise<void> {
  await rows(viewer, `UPDATE seat SET status = 'REMOVED' WHERE agency_id = $1 AND id = $2`, seatId);
}

describe('updateSeat', () => {
  it('changes what is given and leaves the rest; null clears', async () => {
    const { owner, seat } = await seedAgency(dataSource, {
      seat: {
        externalRef: 'S-1',
        warmUpStartedOn: '2026-11-01',
        workingHours: { days: [1], from: '09:00', to: '10:00' },
      },
    });
    const update = (input: object) => services.seats.updateSeat(owner, { seatId: seat.id, ...input });
    const changes = { holderName: 'New', tier: 'BASIC', limitMode: 'RECOMMENDED', creditsPerMonth: 4 };
    const changed = done(await update(changes));
    expect(changed).toEqual({ ...seat, ...changes });
    const nothing = {
      holderAgreedOn: null,
      workingHours: null,
      warmUpStartedOn: null,
      creditsPerMonth: null,
      externalRef: null,
    };
    const cleared = done(await update(nothing));
    expect(cleared).toEqual({ ...changed, ...nothing });
    expect((await services.seatReader.byIds(owner, [seat.id])).get(seat.id)).toEqual(cleared);
  });

  it.each(['holderName', 'holderKind', 'profileUrl', 'tier', 'timeZone', 'limitMode', 'history'])(
    'refuses null for %s',
    async (field) => {
      const { owner, seat } = await seedAgency(dataSource, { seat: { history: 'UNKNOWN' } });
      const input = { seatId: seat.id, [field]: null };
      expect(refused(await services.seats.updateSeat(owner, input))).toBe(`INVALID input.${field}`);
    },
  );

  it('takes the history and opening numbers once, while the history is unknown', async () => {
    const { owner, seat } = await seedAgency(dataSource, { seat: { history: 'UNKNOWN' } });
    const update = (input: object) => services.seats.updateSeat(owner, { seatId: seat.id, ...input });
    const openingUse = [{ action: 'FOLLOW', days: 2, count: 5 }];
    expect(done(await update({ openingPendingInvitations: 4 })).history).toBe('UNKNOWN');
    expect(refused(await update({ openingUse }))).toBe('INVALID input.openingUse');
    const declared = done(await update({ history: 'DECLARED', openingUse }));
    expect(declared).toMatchObject({ history: 'DECLARED', openingPendingInvitations: 4 });
    const charges = await rows<{ at: number }>(
      owner,
      'SELECT effective_at::float8 AS at FROM charge WHERE agency_id = $1 ORDER BY effective_at',
    );
    expect(charges.map(({ at }) => seat.createdAt - at)).toEqual([9, 7, 5, 3, 1].map((n) => n * 17_280_000));
    expect(refused(await update({ history: 'NONE' }))).toBe('WRONG_STATE input.history');
    expect(refused(await update({ openingUse: [] }))).toBe('WRONG_STATE input.openingUse');
    expect(refused(await update({ openingPendingInvitations: 1 }))).toBe(
      'WRONG_STATE input.openingPendingInvitations',
    );
  });

  it('refuses the account or the reference of another seat, and takes its own again', async () => {
    const { owner, seat, clientAccount } = await seedAgency(dataSource, { seat: { externalRef: 'S-1' } });
    const other = done(
      await services.seats.addSeat(owner, newSeat(clientAccount.id, { externalRef: 'S-2' })),
    );
    const update = (input: object) => services.seats.updateSeat(owner, { seatId: seat.id, ...input });
    expect(refused(await update({ profileUrl: other.profileUrl }))).toBe('TAKEN input.profileUrl');
    expect(refused(await update({ externalRef: 'S-2' }))).toBe('TAKEN input.externalRef');
    done(await update({ profileUrl: seat.profileUrl, externalRef: 'S-1' }));
    const moved = `https://www.linkedin.com/in/${randomUUID()}`;
    expect(done(await update({ profileUrl: moved })).profileUrl).toBe(moved);
  });

  it('an account that was another seat’s is no other’s for whoever has a part of the agency alone', async () => {
    const agency = await seedAgency(dataSource, { plan: { seatAllowance: 9 } });
    const { owner, clientAccount, seat } = agency;
    const other = done(await services.seats.addSeat(owner, newSeat(clientAccount.id)));
    const [manager, admin] = (['MANAGER', 'ADMIN'] as const).map((role) =>
      viewerAs(owner, role, clientAccount.id),
    );
    const give = (viewer: Viewer, seatId: string, profileUrl: string) =>
      services.seats.updateSeat(viewer, { seatId, profileUrl });
    done(await give(manager!, seat.id, 'https://www.linkedin.com/in/in-between'));
    expect(refused(await give(manager!, other.id, seat.profileUrl))).toBe('TAKEN input.profileUrl');
    const again = newSeat(clientAccount.id, { profileUrl: seat.profileUrl });
    expect(refused(await services.seats.addSeat(admin!, again))).toBe('TAKEN input.profileUrl');
    // Its own it is still, and what it had in between is kept too.
    done(await give(manager!, seat.id, seat.profileUrl));
    expect(refused(await give(manager!, other.id, 'https://www.linkedin.com/in/in-between'))).toBe(
      'TAKEN input.profileUrl',
    );
    const elsewhere = done(
      await services.clientAccounts.createClientAccount(owner, {
        ...{ name: 'Elsewhere', planId: clientAccount.planId, timeZone: 'UTC' },
      }),
    );
    const stranger = viewerAs(owner, 'ADMIN', elsewhere.id);
    const theirs = newSeat(elsewhere.id, { profileUrl: 'https://www.linkedin.com/in/in-between' });
    // Whoever doesn't see that seat learns no more than of an account that one has.
    expect(await services.seats.addSeat(stranger, theirs)).toMatchObject({
      ...{ code: 'TAKEN', message: 'Another seat is of this account.' },
    });
    // Who has the whole of it in view sorts out what was told wrong.
    done(await give(owner, other.id, 'https://www.linkedin.com/in/in-between'));
    done(await give(manager!, other.id, other.profileUrl));
    expect(refused(await give(manager!, seat.id, 'https://www.linkedin.com/in/in-between'))).toBe(
      'TAKEN input.profileUrl',
    );
  });

  it('a zone is corrected though the day of the agreement, told in the one before, is tomorrow there', async () => {
    const dayInKiritimati = (days: number) =>
      new Date(Date.now() + (14 + 24 * days) * 3_600_000).toISOString().slice(0, 10);
    const today = dayInKiritimati(0);
    const days = { holderAgreedOn: today, warmUpStartedOn: today };
    const { owner, seat } = await seedAgency(dataSource, {
      seat: { timeZone: 'Pacific/Kiritimati', ...days },
    });
    const update = (input: object) => services.seats.updateSeat(owner, { seatId: seat.id, ...input });
    expect(done(await update({ timeZone: 'Pacific/Niue' }))).toMatchObject(days);
    expect(refused(await update({ holderAgreedOn: dayInKiritimati(1) }))).toBe(
      'INVALID input.holderAgreedOn',
    );
  });

  it('P12: keeps from when on each zone held', async () => {
    const { owner, seat } = await seedAgency(dataSource);
    for (const timeZone of ['Asia/Tokyo', 'Asia/Tokyo', 'UTC']) {
      done(await services.seats.updateSeat(owner, { seatId: seat.id, timeZone }));
    }
    const zones = await rows<{ time_zone: string }>(
      owner,
      'SELECT time_zone FROM scope_zone WHERE agency_id = $1 AND scope_id = $2 ORDER BY from_at',
      seat.id,
    );
    expect(zones.map(({ time_zone }) => time_zone)).toEqual(['UTC', 'Asia/Tokyo', 'UTC']);
  });

  it('takes another zone so many times in 30 days, and then everything but another zone', async () => {
    const { owner, seat } = await seedAgency(dataSource);
    const update = (timeZone: string) => services.seats.updateSeat(owner, { seatId: seat.id, timeZone });
    // The zone that it was added with is the first of the 30.
    for (let change = 1; change < 30; change += 1) done(await update(change % 2 ? 'Asia/Tokyo' : 'UTC'));
    expect(refused(await update('UTC'))).toBe('WRONG_STATE input.timeZone');
    done(await update('Asia/Tokyo'));
    const later = done(await services.seats.addSeat(owner, newSeat(seat.clientAccountId)));
    done(await services.seats.updateSeat(owner, { seatId: later.id, timeZone: 'Asia/Tokyo' }));
  });

  it('is for managers and above, and not for a removed seat', async () => {
    const { owner, seat } = await seedAgency(dataSource);
    const input = { seatId: seat.id, holderName: 'New' };
    expect(refused(await services.seats.updateSeat(viewerAs(owner, 'OPERATOR'), input))).toBe(
      'FORBIDDEN_FOR_ROLE',
    );
    done(await services.seats.updateSeat(viewerAs(owner, 'MANAGER'), input));
    expect(
      refused(await services.seats.addSeat(viewerAs(owner, 'MANAGER'), newSeat(seat.clientAccountId))),
    ).toBe('FORBIDDEN_FOR_ROLE');
    await remove(owner, seat.id);
    expect(refused(await services.seats.updateSeat(owner, input))).toBe('WRONG_STATE input.seatId');
    expect(refused(await services.seats.pauseSeat(owner, seat.id))).toBe('WRONG_STATE input.seatId');
    expect(refused(await services.seats.resumeSeat(owner, seat.id))).toBe('WRONG_STATE input.seatId');
  });
});
