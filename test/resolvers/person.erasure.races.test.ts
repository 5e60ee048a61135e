import { inAgency } from '../../src/tenancy/door.js';
import { Api, type Json } from '../support/api.js';
import { untilWaiting, whileHeld } from '../support/held.js';
import { ProspectDesk, url } from './prospect-desk.js';

let api: Api;
let desk: ProspectDesk;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new ProspectDesk(api, await api.seed());
});

/** The words by which anybody is found. */
function words(): Promise<string[]> {
  return inAgency(api.dataSource, desk.agency.owner, async (manager) => {
    const rows = await manager.query<{ term: string }[]>(
      'SELECT term FROM prospect_term WHERE agency_id = $1',
      [desk.agency.agencyId],
    );
    return rows.map(({ term }) => term).toSorted();
  });
}

const EDITS: [string, (id: string) => Promise<Json>][] = [
  ['updateProspect', (id) => desk.update({ prospectId: id, lastName: 'Secretname', tags: ['Secrettag'] })],
  [
    'tagProspects',
    (id) =>
      desk.mutate('tagProspects', 'TagProspectsInput', { prospectIds: [id], add: ['Secrettag'] }, 'changed'),
  ],
];

it.each(EDITS)('no word of a person stays whom %s edits while they are erased', async (_, edit) => {
  const [one] = (await desk.add([{ profileUrl: url('ada'), firstName: 'Plain' }])).results;
  await desk.add([{ profileUrl: url('bea'), firstName: 'Other' }]);
  expect(await words()).toContain('plain');
  const erase = () => desk.mutate('erasePerson', 'ErasePersonInput', { profileUrl: url('ada') }, 'prospects');
  // The one that waits first is the first to go on: the edit has read its prospect, and finds it gone.
  const [erased] = await whileHeld(
    `SELECT FROM prospect WHERE profile_url = '${url('ada')}' FOR UPDATE`,
    async () => {
      const erasing = erase();
      await untilWaiting(1);
      return Promise.all([erasing, edit(one.prospect.id)]);
    },
    undefined,
    2,
  );
  expect(erased).toEqual({ prospects: 1, userErrors: [] });
  const left = await words();
  expect(left).toContain('other');
  expect(left.join()).not.toMatch(/plain|secret|ada/);
});
