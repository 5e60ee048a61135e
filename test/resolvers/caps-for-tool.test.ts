import { toId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

describe('capsForTool', () => {
  const CAPS = `query ($id: ID!, $date: Date!, $actions: [Action!]) {
    capsForTool(seatId: $id, date: $date, actions: $actions) { action max binding { code } } }`;
  const dayIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  /** The next day that is none of a weekend, and not tomorrow. */
  const workday = () => [2, 3, 4].map(dayIn).find((day) => ![0, 6].includes(new Date(day).getUTCDay()))!;

  it('says what to set a tool to: never over a recommended number, and what is counted together is shared', async () => {
    const { key, seat } = await api.seed();
    const id = toId('seat', seat.id);
    const caps = async (actions: string[] | null) => {
      const { capsForTool } = await api.data(key, CAPS, { id, date: workday(), actions });
      return Object.fromEntries(capsForTool.map(({ action, max }: Json) => [action, max])) as Record<
        string,
        number
      >;
    };
    const some = await caps(['CONNECTION_REQUEST', 'DIRECT_MESSAGE']);
    expect(some).toEqual({ CONNECTION_REQUEST: 16, DIRECT_MESSAGE: 50 });
    const all = await caps(null);
    expect(all.CONNECTION_REQUEST).toBe(16);
    expect(Object.values(all).reduce((sum, max) => sum + max, 0)).toBeLessThanOrEqual(145);
    const limit = { actions: ['CONNECTION_REQUEST', 'DIRECT_MESSAGE'], windowKind: 'CALENDAR_WEEK', max: 20 };
    const set = `mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }`;
    await api.data(key, set, { input: { scopeId: id, limit } });
    expect(await caps(['DIRECT_MESSAGE', 'CONNECTION_REQUEST'])).toEqual({
      DIRECT_MESSAGE: 20,
      CONNECTION_REQUEST: 0,
    });
    expect(await caps(['CONNECTION_REQUEST', 'DIRECT_MESSAGE'])).toEqual({
      CONNECTION_REQUEST: 16,
      DIRECT_MESSAGE: 4,
    });
  }, 60_000);

  it('is nothing for a seat that is paused, and for a day that is over', async () => {
    const { key, seat } = await api.seed();
    const id = toId('seat', seat.id);
    expect(await api.code(key, CAPS, { id, date: dayIn(-2) })).toBe('BAD_USER_INPUT');
    expect(await api.code(key, CAPS, { id, date: dayIn(60) })).toBe('BAD_USER_INPUT');
    const stranger = await api.seed();
    expect(await api.code(stranger.key, CAPS, { id, date: dayIn(1) })).toBe('NOT_FOUND');
    const pause = 'mutation ($id: ID!) { pauseSeat(input: { seatId: $id }) { seat { id } } }';
    await api.data(key, pause, { id });
    const { capsForTool } = await api.data(key, CAPS, { id, date: workday(), actions: ['FOLLOW'] });
    expect(capsForTool).toEqual([{ action: 'FOLLOW', max: 0, binding: { code: 'SEAT_PAUSED' } }]);
  });
});
