import { EMPLOYERS_MAX } from '../../src/ledger/books/people-tables.js';
import { toId } from '../../src/schema/ids.js';
import { Api } from '../support/api.js';
import { codesOf } from '../support/outreach.js';
import { ProspectDesk } from './prospect-desk.js';

const profileUrl = 'https://www.linkedin.com/in/ada';
const LEAD = 'https://www.linkedin.com/sales/lead/ACwAAABcdEF';

let api: Api;
let desk: ProspectDesk;
/** Another client account of the agency, and a seat of it. */
let other: string;
let elsewhere: string;

beforeAll(async () => {
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off' });
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new ProspectDesk(api, await api.seed());
  const account = await desk.addClientAccount();
  [other, elsewhere] = [toId('client', account), await desk.addSeat(account)];
});

/** Tells of so many companies as are kept of one person, one after another. */
async function fill(): Promise<void> {
  for (let nth = 0; nth < EMPLOYERS_MAX; nth += 1)
    await desk.add([{ profileUrl, company: `Company ${nth}` }], { replace: true });
}

/** What a seat would be told of the person. */
async function asked(seatId: string): Promise<string[]> {
  const query = 'query ($input: DecisionInput!) { previewDecision(input: $input) { reasons { code } } }';
  const input = { seatId, action: 'FOLLOW', recipient: { profileUrl: LEAD } };
  return codesOf((await api.data(desk.agency.key, query, { input })).previewDecision);
}

const mark = (company: string) =>
  desk.mutate('addDoNotContact', 'DoNotContactInput', { company, clientAccountId: other }, 'changed');

const show = () => desk.add([{ profileUrl: LEAD, company: 'Right' }], { clientAccountId: other });
const join = () => desk.add([{ profileUrl, salesNavigatorUrl: LEAD }]);

describe('P13: of people who are made one, whatever other lists told of them', () => {
  it.each([
    ['before', [fill, show, join]],
    ['afterwards', [show, fill, join]],
  ])(
    'a later mark binds whoever’s own list shows the employer, filled %s',
    async (_, steps) => {
      for (const step of steps) await step();
      const { reservation } = await desk.reserve('FOLLOW', { profileUrl: LEAD }, { seatId: elsewhere });
      await mark('Right');
      expect(await desk.became(reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
      expect(await asked(elsewhere)).toEqual(['DO_NOT_CONTACT']);
      expect(await asked(desk.seat)).toEqual([]);
      expect((await desk.list({ clientAccountId: other })).nodes).toMatchObject([{ doNotContact: true }]);
    },
    60_000,
  );
});
