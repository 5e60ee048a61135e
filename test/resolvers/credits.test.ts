import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const CREDITS = `credits { available held cap nextGrantAmount lots { amount remaining }
  history(first: 2) { nodes { kind amount balance because seat { id } } pageInfo { hasNextPage } } }
  room(actions: [INMAIL]) { remaining binding { code message } }`;

async function seatOf(): Promise<Json> {
  const query = `query ($id: ID!) { seat(id: $id) { ${CREDITS} } }`;
  return (await api.data(agency.key, query, { id: toId('seat', agency.seat.id) })).seat;
}

async function set(available: number): Promise<Json> {
  const query = `mutation ($input: SetCreditsInput!) { setCredits(input: $input) { seat { ${CREDITS} } userErrors { code field } } }`;
  const input = { seatId: toId('seat', agency.seat.id), available };
  return (await api.data(agency.key, query, { input })).setCredits;
}

async function update(changes: object): Promise<Json> {
  const query = 'mutation ($input: UpdateSeatInput!) { updateSeat(input: $input) { userErrors { code } } }';
  return api.data(agency.key, query, { input: { seatId: toId('seat', agency.seat.id), ...changes } });
}

describe('Seat.credits and setCredits', () => {
  it('tell that a new seat has none, and then what was told, with its history', async () => {
    agency = await api.seed();
    expect(await seatOf()).toMatchObject({
      credits: { available: 0, held: 0, cap: 150, nextGrantAmount: 50, lots: [], history: { nodes: [] } },
      room: [{ remaining: 0, binding: { code: 'NO_CREDITS' } }],
    });
    expect((await set(7)).seat).toMatchObject({
      credits: { available: 7, lots: [{ amount: 7, remaining: 7 }] },
      room: [
        { remaining: 7, binding: { code: 'NO_CREDITS', message: 'After 7 more, no InMail credit is left.' } },
      ],
    });
    await set(3);
    const { history } = (await set(200)).seat.credits;
    expect(history).toEqual({
      nodes: [
        { kind: 'SET', amount: 200, balance: 200, because: null, seat: null },
        { kind: 'SET', amount: 3, balance: 3, because: null, seat: null },
      ],
      pageInfo: { hasNextPage: true },
    });
    const { rows } = await auditOf('setCredits');
    expect(rows[0].changes).toEqual({
      ...{ v: 1, credits: { old: 0, new: 7 } },
      creditsSetAt: { old: null, new: expect.any(Number) },
    });
  });

  it('are told to the audit log when the number stays as well: all of them last anew', async () => {
    agency = await api.seed();
    await set(7);
    await set(7);
    const [first, second, ...others] = (await auditOf('setCredits')).rows;
    const { new: old } = first.changes.creditsSetAt;
    expect(second.changes).toEqual({ v: 1, creditsSetAt: { old, new: expect.any(Number) } });
    expect(second.changes.creditsSetAt.new).toBeGreaterThan(old);
    expect(others).toEqual([]);
  });

  it.each([
    [-1, 'INVALID', 'available'],
    [100_001, 'INVALID', 'available'],
  ])('refuse %d', async (available, code, field) => {
    agency = await api.seed();
    expect(await set(available)).toEqual({ seat: null, userErrors: [{ code, field: ['input', field] }] });
  });

  it('are nothing for a tier without credits', async () => {
    agency = await api.seed({ seat: { tier: 'BASIC' } });
    expect((await seatOf()).credits).toBeNull();
    expect((await set(1)).userErrors).toEqual([{ code: 'WRONG_STATE', field: ['input', 'seatId'] }]);
  });

  it('begin with the opening credits, and with nothing after a change of tier', async () => {
    agency = await api.seed({ seat: { openingCredits: 9 } });
    expect((await seatOf()).credits).toMatchObject({ available: 9, lots: [{ amount: 9 }] });
    await update({ tier: 'PREMIUM_CAREER' });
    expect((await seatOf()).credits).toMatchObject({
      ...{ available: 0, cap: 15, nextGrantAmount: 5 },
      history: { nodes: [{ kind: 'LOST', amount: 9, because: 'TIER_CHANGED' }, { kind: 'OPENING' }] },
    });
    await update({ creditsPerMonth: 8 });
    expect((await seatOf()).credits).toMatchObject({ available: 0, nextGrantAmount: 8 });
    await update({ tier: 'RECRUITER_CORPORATE' });
    expect((await seatOf()).credits).toMatchObject({ available: 0, cap: 600, history: { nodes: [] } });
  });
});

function auditOf(verb: string): Promise<{ rows: Json[] }> {
  return api.dataSource.transaction(async (manager) => {
    await manager.query('SELECT see_agencies($1)', [[agency.agencyId]]);
    const text = 'SELECT changes FROM audit_entry WHERE agency_id = $1 AND verb = $2 ORDER BY id';
    return { rows: await manager.query<Json[]>(text, [agency.agencyId, verb]) };
  });
}
