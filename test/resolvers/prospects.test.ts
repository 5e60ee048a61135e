import { type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { someone } from '../support/outreach.js';
import { ALL, type ListAsked, ProspectDesk } from './prospect-desk.js';

let api: Api;
let agency: SeededAgency;
let desk: ProspectDesk;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  desk = new ProspectDesk(api, agency);
});

async function namesOf(asked: ListAsked = {}): Promise<string[]> {
  const { nodes, totalCount } = await desk.list(asked);
  expect(nodes).toHaveLength(totalCount);
  return nodes.map(({ firstName, lastName }: Json) => [firstName, lastName].filter(Boolean).join(' '));
}

const url = (slug: string): string => `https://www.linkedin.com/in/${slug}`;
const outcomesOf = ({ results }: Json): string[] => results.map(({ outcome }: Json) => outcome);

describe('addProspects', () => {
  it('puts people on a list, each once, in any spelling of their address', async () => {
    const ada = {
      ...{ profileUrl: 'es.linkedin.com/in/Ada-Lovelace/?trk=x', firstName: ' Ada ', lastName: 'Lovelace' },
      ...{ company: 'Engines', companyDomain: 'https://www.Engines.example/about', position: 'CTO' },
      ...{ tags: ['Hot', 'hot', 'EMEA'], customFields: [{ name: 'pain', value: 'cloud costs' }], notes: 'n' },
    };
    const first = await desk.add([ada, { profileUrl: url('ada-lovelace'), location: 'London' }]);
    expect([first.added, first.updated, outcomesOf(first)]).toEqual([1, 0, ['ADDED', 'DUPLICATE']]);
    const { prospect } = first.results[0];
    expect(prospect).toEqual({
      ...{
        id: expect.stringMatching(/^prospect_/),
        profileUrl: url('ada-lovelace'),
        salesNavigatorUrl: null,
      },
      ...{ firstName: 'Ada', lastName: 'Lovelace', company: 'Engines', companyDomain: 'engines.example' },
      ...{ position: 'CTO', industry: null, location: 'London', notes: 'n', tags: ['Hot', 'EMEA'] },
      ...{ customFields: [{ name: 'pain', value: 'cloud costs' }], doNotContact: false },
      clientAccount: { id: desk.client },
    });
    expect(outcomesOf(await desk.add([ada]))).toEqual(['UNCHANGED']);
    expect((await desk.list()).nodes).toEqual([prospect]);
    const node = await api.data(
      agency.key,
      `query ($id: ID!) { node(id: $id) { ... on Prospect { ${ALL} } } }`,
      {
        id: prospect.id,
      },
    );
    expect(node).toEqual({ node: prospect });
  });

  it('judges each by itself', async () => {
    const { results, added } = await desk.add([
      { profileUrl: 'https://www.linkedin.com/company/acme' },
      { profileUrl: url('bea'), companyDomain: 'no domain' },
      { profileUrl: url('cleo'), tags: ['\u0301'] },
      { profileUrl: url('dora'), lastName: 'x'.repeat(201) },
      { profileUrl: url('eve'), salesNavigatorUrl: url('eve') },
      { profileUrl: url('gil'), companyDomain: 'https://de.linkedin.com/company/acme' },
      { profileUrl: url('fay') },
    ]);
    expect(added).toBe(1);
    expect(results.map(({ outcome, userErrors }: Json) => [outcome, userErrors[0]?.field.slice(1)])).toEqual([
      ['REFUSED', ['prospects', '0', 'profileUrl']],
      ['REFUSED', ['prospects', '1', 'companyDomain']],
      ['REFUSED', ['prospects', '2', 'tags']],
      ['REFUSED', ['prospects', '3', 'lastName']],
      ['REFUSED', ['prospects', '4', 'salesNavigatorUrl']],
      ['REFUSED', ['prospects', '5', 'companyDomain']],
      ['ADDED', undefined],
    ]);
    const none = await desk.add([]);
    expect(none.userErrors).toEqual([{ code: 'INVALID', field: ['input', 'prospects'] }]);
    expect((await desk.add(Array.from({ length: 501 }, () => ({ profileUrl: url('x') })))).results).toEqual(
      [],
    );
  });

  it.each([
    ['firstName', '\u0958'.repeat(200), 400],
    // As a keyboard of Bengali writes it: three of its letters are two once they are composed.
    [
      'position',
      'বড় '
        .replace(/ড\u09bc/, '\u09dc')
        .repeat(3)
        .padEnd(198, 'ক'),
      201,
    ],
    ['companyDomain', `${'\u337f'.repeat(60)}.example`, 248],
    ['tags', ['\ufb2c'.repeat(30)], 90],
  ])('measures %s as it is kept, and refuses in words what is longer then', async (field, told, length) => {
    const input = {
      clientAccountId: desk.client,
      prospects: [{ profileUrl: url('ada'), [field]: told }, { profileUrl: url('bea') }],
    };
    const add = `mutation ($input: AddProspectsInput!) { addProspects(input: $input) {
      results { outcome userErrors { message } } } }`;
    const { results } = (await api.data(agency.key, add, { input })).addProspects;
    expect(results).toEqual([
      { outcome: 'REFUSED', userErrors: [{ message: expect.stringMatching(`it has ${length}\\.$`) }] },
      { outcome: 'ADDED', userErrors: [] },
    ]);
    const prospectId = (await desk.list()).nodes[0].id;
    expect((await desk.update({ prospectId, [field]: told })).userErrors).toEqual([
      { code: 'INVALID', field: ['input', field] },
    ]);
  });

  it('fills gaps, replaces where that is asked, and leaves what a person set by hand', async () => {
    const profileUrl = url('ada');
    const { results } = await desk.add([{ profileUrl, firstName: 'Ada', company: 'Old', tags: ['one'] }]);
    const prospectId = results[0].prospect.id;
    expect(
      outcomesOf(await desk.add([{ profileUrl, company: 'New', lastName: 'L', tags: ['two'] }])),
    ).toEqual(['UPDATED']);
    const [filled] = (await desk.list()).nodes;
    expect([filled.company, filled.lastName, filled.tags]).toEqual(['Old', 'L', ['one', 'two']]);
    await desk.update({ prospectId, position: 'CEO', location: null });
    await desk.mutate(
      'tagProspects',
      'TagProspectsInput',
      { prospectIds: [prospectId], remove: ['ONE'] },
      'changed',
    );
    const told = { profileUrl, company: 'New', position: 'CFO', location: 'Rome', tags: ['one', 'three'] };
    expect(outcomesOf(await desk.add([told, { ...told, company: 'Newer' }], { replace: true }))).toEqual([
      'UPDATED',
      'DUPLICATE',
    ]);
    const [replaced] = (await desk.list()).nodes;
    expect(replaced).toMatchObject({
      company: 'New',
      position: 'CEO',
      location: null,
      tags: ['two', 'three'],
    });
    expect(outcomesOf(await desk.add([told], { replace: true }))).toEqual(['UNCHANGED']);
  });

  it('joins an address of the site with one of Sales Navigator once a row names both', async () => {
    const lead = 'https://www.linkedin.com/sales/lead/ACwAAAabcDEF';
    const [slug, other] = [url('ada'), 'https://www.linkedin.com/sales/lead/ACwAAAabcdef'];
    const apart = await desk.add([
      { profileUrl: slug, firstName: 'Ada' },
      { profileUrl: `${lead},NAME_SEARCH,x?_ntb=1`, company: 'Engines' },
      { profileUrl: other },
    ]);
    expect(outcomesOf(apart)).toEqual(['ADDED', 'ADDED', 'ADDED']);
    const mark = 'mutation ($input: DoNotContactInput!) { addDoNotContact(input: $input) { changed } }';
    await api.data(agency.key, mark, { input: { profileUrl: lead } });
    expect(outcomesOf(await desk.add([{ profileUrl: slug, salesNavigatorUrl: lead }]))).toEqual(['UPDATED']);
    const { nodes } = await desk.list();
    expect(nodes).toHaveLength(2);
    expect(nodes.find(({ profileUrl }: Json) => profileUrl === slug)).toMatchObject({
      ...{ salesNavigatorUrl: lead, firstName: 'Ada', company: 'Engines', doNotContact: true },
    });
    // The mark that was set by one address binds whoever asks by the other.
    expect((await desk.reserve('FOLLOW', someone({ profileUrl: slug }))).outcome).toBe('DENIED');
  });

  it('leaves two people apart who both have a history', async () => {
    const lead = 'https://www.linkedin.com/sales/lead/ACwAAAabcDEF';
    await desk.send('FOLLOW', { profileUrl: lead });
    await desk.send('FOLLOW', { profileUrl: url('ada') });
    await desk.add([{ profileUrl: url('ada') }, { profileUrl: lead }]);
    await desk.add([{ profileUrl: url('ada'), salesNavigatorUrl: lead, company: 'Engines' }]);
    expect((await desk.list({ search: 'engines' })).nodes.map(({ profileUrl }: Json) => profileUrl)).toEqual([
      url('ada'),
    ]);
    expect((await desk.list()).totalCount).toBe(2);
  });
});

describe('a list', () => {
  beforeEach(async () => {
    await desk.add([
      {
        profileUrl: url('a'),
        firstName: 'Bob',
        lastName: 'Nuñez',
        company: 'Łódź Works',
        position: 'Head of Sales',
      },
      { profileUrl: url('b'), firstName: 'Ann', lastName: 'NUNEZ', company: 'Acme', tags: ['VIP', 'de'] },
      { profileUrl: url('c'), firstName: 'Zoë' },
      { profileUrl: url('d'), firstName: 'Åsa', lastName: 'Ek', position: 'Sales Engineer', tags: ['vip'] },
      { profileUrl: url('e'), firstName: 'Ann', lastName: 'Nunezson', company: 'Acme_Corp 100%' },
      { profileUrl: url('f') },
    ]);
  });

  it('is in order of last name, whatever the case and the accents, those without one last', async () => {
    const names = ['Åsa Ek', 'Ann NUNEZ', 'Bob Nuñez', 'Ann Nunezson', 'Zoë', ''];
    expect(await namesOf()).toEqual(names);
    const paged: Json[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await desk.list({ first: 2, ...(after ? { after } : {}) });
      paged.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(paged.map(({ firstName, lastName }) => [firstName, lastName].filter(Boolean).join(' '))).toEqual(
      names,
    );
  });

  it.each<[ListAsked, string[]]>([
    [{ search: 'nunez' }, ['Ann NUNEZ', 'Bob Nuñez', 'Ann Nunezson']],
    [{ search: 'ÑUÑEZ b' }, ['Bob Nuñez']],
    [{ search: 'ann acme' }, ['Ann NUNEZ', 'Ann Nunezson']],
    [{ search: 'lodz' }, ['Bob Nuñez']],
    [{ search: 'sale' }, ['Åsa Ek', 'Bob Nuñez']],
    [{ search: 'zoe' }, ['Zoë']],
    [{ search: 'ales' }, []],
    [{ search: '100%' }, ['Ann Nunezson']],
    [{ search: '%' }, []],
    [{ search: '#vip' }, []],
    [{ search: ' ' }, ['Åsa Ek', 'Ann NUNEZ', 'Bob Nuñez', 'Ann Nunezson', 'Zoë', '']],
    [{ tags: ['Vip'] }, ['Åsa Ek', 'Ann NUNEZ']],
    [{ tags: ['vip', 'DE'] }, ['Ann NUNEZ']],
    [{ tags: ['d'] }, []],
    [{ search: 'sales', tags: ['vip'] }, ['Åsa Ek']],
  ])('by %j holds %j', async (asked, names) => {
    expect(await namesOf(asked)).toEqual(names);
  });

  it('refuses what is no search', async () => {
    const query =
      'query ($id: ID!, $search: String) { prospects(clientAccountId: $id, search: $search) { totalCount } }';
    for (const search of ['a b c d e f g h i', 'x'.repeat(201), 'a\0']) {
      expect(await api.code(agency.key, query, { id: desk.client, search })).toBe('BAD_USER_INPUT');
    }
    const byTags =
      'query ($id: ID!, $tags: [String!]) { prospects(clientAccountId: $id, tags: $tags) { totalCount } }';
    for (const tags of [['vip', 'x'.repeat(61)], ['a\u0301'.repeat(31)], ['a\0']]) {
      expect(await api.code(agency.key, byTags, { id: desk.client, tags })).toBe('BAD_USER_INPUT');
    }
    expect((await api.ask(agency.key, byTags, { id: desk.client, tags: ['👋'.repeat(60)] })).data).toEqual({
      prospects: { totalCount: 0 },
    });
  });

  it('is found by what a person says of somebody now, and no more by what was said before', async () => {
    const [{ id }] = (await desk.list({ search: 'asa' })).nodes;
    expect((await desk.update({ prospectId: id, lastName: 'Öst', position: null })).userErrors).toEqual([]);
    expect([await namesOf({ search: 'ek' }), await namesOf({ search: 'ost' })]).toEqual([[], ['Åsa Öst']]);
    const tag = await desk.mutate(
      'tagProspects',
      'TagProspectsInput',
      { prospectIds: [id], add: ['New'] },
      'changed',
    );
    expect([tag.changed, await namesOf({ tags: ['new'] })]).toEqual([1, ['Åsa Öst']]);
    const gone = await desk.mutate(
      'removeProspects',
      'RemoveProspectsInput',
      { prospectIds: [id] },
      'changed',
    );
    expect([gone.changed, await namesOf({ search: 'ost' })]).toEqual([1, []]);
    expect((await desk.update({ prospectId: id, lastName: 'x' })).userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'prospectId'] },
    ]);
  });
});
