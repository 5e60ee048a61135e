import pg from 'pg';
import { toId } from '../../src/schema/ids.js';
import { type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { ProspectDesk } from './prospect-desk.js';

let api: Api;
let agency: SeededAgency;
let desk: ProspectDesk;

beforeAll(async () => {
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' });
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  desk = new ProspectDesk(api, agency);
});

const url = (slug: string): string => `https://www.linkedin.com/in/${slug}`;

describe('doNotContact', () => {
  const mark = (input: object) =>
    desk.mutate('addDoNotContact', 'DoNotContactInput', input, 'changed').then(({ changed }) => changed);
  const marked = async (clientAccountId = desk.client): Promise<string[]> =>
    (await desk.list({ clientAccountId })).nodes
      .filter(({ doNotContact }: Json) => doNotContact)
      .map(({ firstName }: Json) => firstName);

  it('is what the ledger would say: of person, company and domain, of the client account and the agency', async () => {
    const other = toId('client', await desk.addClientAccount());
    const people = ['a', 'b', 'c', 'd', 'e'].map((slug) => ({ profileUrl: url(slug), firstName: slug }));
    const [, b, c] = people;
    const told = [
      ...[people[0]!, { ...b, company: 'ACME  Corp' }, { ...c, companyDomain: 'acme.example' }],
      ...people.slice(3),
    ];
    await desk.add(told);
    await desk.add(people, { clientAccountId: other });
    await mark({ profileUrl: 'linkedin.com/in/A/', clientAccountId: desk.client });
    expect([await marked(), await marked(other)]).toEqual([['a'], []]);
    await mark({ company: 'acme corp', clientAccountId: other });
    expect([await marked(), await marked(other)]).toEqual([['a'], ['b']]);
    await mark({ domain: 'www.acme.example' });
    await desk.engage(desk.engagement('OPTED_OUT', { profileUrl: url('d') }));
    expect([await marked(), await marked(other)]).toEqual([
      ['a', 'c', 'd'],
      ['b', 'c'],
    ]);
    for (const { profileUrl, firstName } of people) {
      const isDenied = (await desk.reserve('PROFILE_VIEW', { profileUrl })).outcome === 'DENIED';
      expect([firstName, isDenied]).toEqual([firstName, ['a', 'c', 'd'].includes(firstName)]);
    }
    await desk.mutate('removeDoNotContact', 'DoNotContactInput', { domain: 'acme.example' }, 'changed');
    expect(await marked()).toEqual(['a', 'd']);
  });

  it('binds by a company that somebody set by hand', async () => {
    const { results } = await desk.add([{ profileUrl: url('a'), firstName: 'a' }]);
    await mark({ company: 'Rival' });
    await desk.update({ prospectId: results[0].prospect.id, company: 'Rival' });
    expect(await marked()).toEqual(['a']);
  });
});

describe('what a list says is shown to nobody else', () => {
  it('another client account has the same person with words of its own', async () => {
    const other = toId('client', await desk.addClientAccount());
    await desk.add([
      { profileUrl: url('a'), firstName: 'Mine', company: 'Mine', notes: 'Mine', tags: ['mine'] },
    ]);
    await desk.add([{ profileUrl: url('a') }], { clientAccountId: other });
    const [theirs] = (await desk.list({ clientAccountId: other })).nodes;
    expect(theirs).toMatchObject({ firstName: null, company: null, notes: null, tags: [] });
    const [client, manager] = [
      await api.keyOf(agency, 'CLIENT', agency.clientAccount.id),
      await api.keyOf(agency, 'MANAGER', agency.clientAccount.id),
    ];
    expect((await desk.list({ clientAccountId: other }, client)).totalCount).toBe(0);
    expect((await desk.list({}, client)).totalCount).toBe(1);
    const refused = await desk.add([{ profileUrl: url('b') }], { clientAccountId: other }, manager);
    expect(refused.userErrors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'clientAccountId'] }]);
    expect((await desk.add([{ profileUrl: url('b') }], {}, manager)).added).toBe(1);
    expect((await desk.add([{ profileUrl: url('b') }], {}, client)).userErrors[0].code).toBe(
      'FORBIDDEN_FOR_ROLE',
    );
  });

  it('the audit log tells how many, and no name', async () => {
    const { results } = await desk.add([
      { profileUrl: url('ada'), firstName: 'Secretname', tags: ['secrettag'] },
    ]);
    const prospectId = results[0].prospect.id;
    await desk.update({ prospectId, lastName: 'Secretname' });
    await desk.mutate('removeProspects', 'RemoveProspectsInput', { prospectIds: [prospectId] }, 'changed');
    const query = '{ auditLog(first: 3) { nodes { verb subjectKind subjectId changes { field new } } } }';
    const { nodes } = (await api.data(agency.key, query)).auditLog;
    expect(nodes).toEqual([
      {
        ...{ verb: 'removeProspects', subjectKind: 'CLIENT_ACCOUNT', subjectId: desk.client },
        changes: [{ field: 'prospects', new: '1' }],
      },
      {
        ...{ verb: 'updateProspect', subjectKind: 'PROSPECT', subjectId: prospectId },
        changes: [{ field: 'fields', new: '["lastName"]' }],
      },
      {
        ...{ verb: 'addProspects', subjectKind: 'CLIENT_ACCOUNT', subjectId: desk.client },
        changes: [{ field: 'added', new: '1' }],
      },
    ]);
  });
});

it('a page of 100 is read with as many statements as one of 1', async () => {
  await desk.add(
    Array.from({ length: 100 }, (_, index) => ({ profileUrl: url(`p${index}`), lastName: `Last ${index}` })),
  );
  const sent = jest.spyOn(pg.Client.prototype, 'query');
  const statementsOf = async (first: number): Promise<number> => {
    const counts: number[] = [];
    for (let times = 0; times < 4; times += 1) {
      sent.mockClear();
      expect((await desk.list({ first, search: 'last' })).nodes).toHaveLength(first);
      counts.push(sent.mock.calls.length);
    }
    return Math.min(...counts);
  };
  const ofOne = await statementsOf(1);
  expect(ofOne).toBeGreaterThan(3);
  expect(await statementsOf(100)).toBe(ofOne);
  sent.mockRestore();
});
