import { PAST_EDITS_MAX } from '../../src/outreach/prospect.js';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Api, type Json } from '../support/api.js';
import { ProspectDesk } from './prospect-desk.js';

let api: Api;
let desk: ProspectDesk;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new ProspectDesk(api, await api.seed());
});

const profileUrl = 'https://www.linkedin.com/in/ada';
const lead = 'https://www.linkedin.com/sales/lead/ACwAAAabcDEF';
const thirty = (from: number): string[] => Array.from({ length: 30 }, (_, index) => `tag ${from + index}`);

async function added(prospect: object): Promise<string> {
  const { results } = await desk.add([prospect]);
  return results[0].prospect.id;
}

/** What is remembered of everybody on the lists of the agency, by kind. */
async function remembered(): Promise<Record<string, number>[]> {
  const { owner, agencyId } = desk.agency;
  return inAgency(api.dataSource, owner, async (manager) => {
    const rows = await manager.query<{ edited: string[] }[]>(
      'SELECT edited FROM prospect WHERE agency_id = $1',
      [agencyId],
    );
    return rows.map(({ edited }) => {
      const counts: Record<string, number> = {};
      for (const edit of edited) {
        const kind = edit.includes(':') ? edit.slice(0, edit.indexOf(':')) : 'text';
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      return counts;
    });
  });
}

/** Has a prospect a hundred and fifty tags, thirty at a time, all of which are taken away again. */
async function retag(prospectId: string, from: number): Promise<void> {
  for (let tag = from; tag < from + 150; tag += 30) {
    expect((await desk.update({ prospectId, tags: thirty(tag) })).userErrors).toEqual([]);
  }
  const remove = thirty(from + 120);
  const input = { prospectIds: [prospectId], remove };
  expect((await desk.mutate('tagProspects', 'TagProspectsInput', input, 'changed')).changed).toBe(1);
}

it('a tag that is many times as long when it is compared is found by its beginning, and taken away', async () => {
  const tag = 'ﷺ'.repeat(60);
  const prospectId = await added({ profileUrl, tags: [tag] });
  const { clientAccount } = desk.agency;
  const find = `query ($id: ID!, $tags: [String!]) {
    prospects(clientAccountId: $id, tags: $tags) { nodes { id tags } } }`;
  const found = await api.data(desk.agency.key, find, { id: toId('client', clientAccount.id), tags: [tag] });
  expect(found.prospects.nodes).toEqual([{ id: prospectId, tags: [tag] }]);
  const input = { prospectIds: [prospectId], remove: [tag] };
  expect((await desk.mutate('tagProspects', 'TagProspectsInput', input, 'changed')).changed).toBe(1);
});

describe('of what was set by hand of a prospect', () => {
  it('so many tags that were taken away are remembered, the newest', async () => {
    const prospectId = await added({ profileUrl });
    await retag(prospectId, 0);
    expect(await remembered()).toEqual([{ tag: PAST_EDITS_MAX }]);
    await desk.add([{ profileUrl, tags: ['tag 149', 'tag 50', 'tag 49'] }]);
    expect((await desk.list()).nodes[0].tags).toEqual(['tag 49']);
  });

  it('so many custom fields that are gone are remembered, and each that is there', async () => {
    const prospectId = await added({ profileUrl });
    const stays = { name: 'stays', value: 'by hand' };
    await desk.update({ prospectId, company: 'By Hand', customFields: [stays] });
    for (let round = 0; round < 8; round += 1) {
      const others = Array.from({ length: 19 }, (_, index) => ({ name: `${round} ${index}`, value: 'x' }));
      await desk.update({ prospectId, customFields: [stays, ...others] });
    }
    expect(await remembered()).toEqual([{ text: 1, custom: PAST_EDITS_MAX + 20 }]);
    const told = { profileUrl, company: 'Told', customFields: [{ name: 'stays', value: 'told' }] };
    await desk.add([told], { replace: true });
    const [{ company, customFields }] = (await desk.list()).nodes;
    expect([company, customFields.find(({ name }: Json) => name === 'stays')]).toEqual(['By Hand', stays]);
  });

  it('so many are remembered of people who are made one', async () => {
    await retag(await added({ profileUrl }), 0);
    await retag(await added({ profileUrl: lead }), 1_000);
    await desk.add([{ profileUrl, salesNavigatorUrl: lead }]);
    expect(await remembered()).toEqual([{ tag: PAST_EDITS_MAX }]);
  });
});
