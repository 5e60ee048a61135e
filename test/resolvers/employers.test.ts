import { randomBytes, randomUUID } from 'node:crypto';
import { EMPLOYERS_MAX } from '../../src/ledger/books/people-tables.js';
import { writeEmployers } from '../../src/ledger/people/employers.js';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Api, type Json } from '../support/api.js';
import { codesOf } from '../support/outreach.js';
import { ProspectDesk } from './prospect-desk.js';

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

const profileUrl = 'https://www.linkedin.com/in/ada';
const LEAD = 'https://www.linkedin.com/sales/lead/ACwAAABcdEF';
const companies = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `Company ${from + index}`);

async function mark(input: object): Promise<void> {
  const { changed } = await desk.mutate('addDoNotContact', 'DoNotContactInput', input, 'changed');
  expect(changed).toBe(1);
}

/** What a seat would be told of the person, of whom it says nothing more. */
async function asked(seatId = desk.seat, url = profileUrl): Promise<string[]> {
  const query = 'query ($input: DecisionInput!) { previewDecision(input: $input) { reasons { code } } }';
  const input = { seatId, action: 'FOLLOW', recipient: { profileUrl: url } };
  return codesOf((await api.data(desk.agency.key, query, { input })).previewDecision);
}

/** Puts down what was sent; how many of it would have been refused. */
async function record(seatId: string, told: readonly object[], action = 'FOLLOW'): Promise<number> {
  const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
    wouldHaveBeenRefused userErrors { message } } }`;
  const inputs = told.map((words) => ({
    ...{ seatId, action, occurredAt: new Date().toISOString() },
    ...{ recipient: { profileUrl, ...words }, idempotencyKey: randomUUID() },
  }));
  const { recordActivities } = await api.data(desk.agency.key, query, { inputs });
  expect(recordActivities.userErrors).toEqual([]);
  return recordActivities.wouldHaveBeenRefused;
}

async function listed(company: string, clientAccountId = desk.client): Promise<void> {
  const { results } = await desk.add([{ profileUrl, company }], { clientAccountId, replace: true });
  expect(results[0].userErrors).toEqual([]);
}

/** How many employers are kept of people, by whose word: the agency's lists, or that of a client account. */
async function kept(): Promise<Record<string, number>> {
  const { owner, agencyId } = desk.agency;
  const rows = await inAgency(api.dataSource, owner, (manager) =>
    manager.query<{ scope_id: string; count: number }[]>(
      `SELECT scope_id, count(*)::int4 AS count FROM recipient_employer WHERE agency_id = $1 GROUP BY 1`,
      [agencyId],
    ),
  );
  return Object.fromEntries(
    rows.map(({ scope_id, count }) => [scope_id === agencyId ? 'agency' : toId('client', scope_id), count]),
  );
}

const isMarked = async (clientAccountId: string): Promise<boolean[]> =>
  (await desk.list({ clientAccountId })).nodes.map(({ doNotContact }: Json) => doNotContact);

const OF_MARKED: Record<string, () => Promise<unknown>> = {
  'a request that is refused': () =>
    desk.reserve('FOLLOW', { profileUrl, companyDomain: 'our-customer.example' }),
  'a record': () => record(desk.seat, [{ companyDomain: 'our-customer.example' }]),
};

describe.each(Object.keys(OF_MARKED))('where somebody works, by the word of %s', (told) => {
  beforeEach(async () => {
    for (const clientAccountId of [desk.client, other]) {
      await desk.add([{ profileUrl, companyDomain: 'right.example' }], { clientAccountId });
    }
    await mark({ domain: 'our-customer.example' });
    await OF_MARKED[told]!();
  });

  it('binds its client account, and takes the person away from no other', async () => {
    expect(await asked()).toEqual(['DO_NOT_CONTACT']);
    expect(await asked(elsewhere)).toEqual([]);
    expect((await desk.reserve('FOLLOW', { profileUrl }, { seatId: elsewhere })).outcome).toBe('ALLOWED');
    expect([await isMarked(desk.client), await isMarked(other)]).toEqual([[true], [false]]);
    const query = `query ($id: ID!) { prospects(clientAccountId: $id, filter: { doNotContact: true }) { totalCount } }`;
    const counts = [desk.client, other].map(
      async (id) => (await api.data(desk.agency.key, query, { id })).prospects.totalCount,
    );
    expect(await Promise.all(counts)).toEqual([1, 0]);
    expect([await record(desk.seat, [{}], 'REACTION'), await record(elsewhere, [{}], 'REACTION')]).toEqual([
      1, 0,
    ]);
  });

  it('is still the client account’s alone once the person is known by two addresses', async () => {
    await desk.add([{ profileUrl: LEAD }]);
    await desk.add([{ profileUrl, salesNavigatorUrl: LEAD }]);
    expect(await asked(desk.seat, LEAD)).toEqual(['DO_NOT_CONTACT']);
    expect(await asked(elsewhere, LEAD)).toEqual([]);
  });

  it('binds everybody once a list says it', async () => {
    await desk.add([{ profileUrl, companyDomain: 'our-customer.example' }], { replace: true });
    expect(await asked(elsewhere)).toEqual(['DO_NOT_CONTACT']);
    expect(await isMarked(other)).toEqual([true]);
  });
});

it('P13: a mark gives back what is held by the client account’s own word, and nothing of another one', async () => {
  const { reservation: mine } = await desk.reserve('FOLLOW', { profileUrl, company: 'Acme' });
  const { reservation: theirs } = await desk.reserve('FOLLOW', { profileUrl }, { seatId: elsewhere });
  await mark({ company: 'Acme' });
  expect(await desk.became(mine.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
  expect(await desk.became(theirs.id)).toEqual(['HELD', null]);
  const { reservation: next } = await desk.reserve('COMMENT', { profileUrl }, { seatId: elsewhere });
  await listed('Rival');
  await mark({ company: 'Rival' });
  expect(await desk.became(next.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
});

describe('P13: what is held for somebody is given back once it is told that a mark binds them', () => {
  const TOLD: Record<string, () => Promise<unknown>> = {
    'by a list': () => desk.add([{ profileUrl, companyDomain: 'marked.example' }]),
    'by a list that tells of an address': () => desk.add([{ profileUrl, salesNavigatorUrl: LEAD }]),
    'by hand': async () => {
      const { results } = await desk.add([{ profileUrl }]);
      return desk.update({ prospectId: results[0].prospect.id, companyDomain: 'marked.example' });
    },
  };

  it.each(Object.keys(TOLD))('%s', async (told) => {
    await mark({ domain: 'marked.example' });
    await mark({ profileUrl: LEAD, clientAccountId: other });
    const { reservation: mine } = await desk.reserve('FOLLOW', { profileUrl });
    const { reservation: theirs } = await desk.reserve('FOLLOW', { profileUrl }, { seatId: elsewhere });
    const { reservation: another } = await desk.reserve('FOLLOW', { profileUrl: `${profileUrl}-else` });
    await TOLD[told]!();
    const ofAll =
      told === 'by a list that tells of an address' ? ['HELD', null] : ['RELEASED', 'DO_NOT_CONTACT'];
    expect(await desk.became(mine.id)).toEqual(ofAll);
    expect(await desk.became(theirs.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
    expect(await desk.became(another.id)).toEqual(['HELD', null]);
  });

  it('however a list and the mark come at once', async () => {
    const left = [];
    for (let round = 0; round < 10; round += 1) {
      const [url, domain] = [`${profileUrl}-${round}`, `marked-${round}.example`];
      const { reservation } = await desk.reserve('FOLLOW', { profileUrl: url });
      await Promise.all([desk.add([{ profileUrl: url, companyDomain: domain }]), mark({ domain })]);
      left.push(...(await desk.became(reservation.id)).filter((status: unknown) => status === 'HELD'));
    }
    expect(left).toEqual([]);
  });
});

describe('of one person so many employers are kept', () => {
  it('by the word of requests, however many tell of one at once, and what was told first binds', async () => {
    await record(
      desk.seat,
      companies(0, 30).flatMap((company) => [{ company }, { company }]),
    );
    expect(await kept()).toEqual({ [desk.client]: 30 });
    await record(
      desk.seat,
      companies(10, 80).map((company) => ({ company })),
    );
    await record(
      desk.seat,
      companies(200, 3).map((company) => ({ company })),
    );
    expect(await kept()).toEqual({ [desk.client]: EMPLOYERS_MAX });
    await mark({ company: `Company ${EMPLOYERS_MAX}` });
    expect(await asked()).not.toContain('DO_NOT_CONTACT');
    await mark({ company: `Company ${EMPLOYERS_MAX - 1}` });
    expect(await asked()).toContain('DO_NOT_CONTACT');
    // Domains have room of their own, with those that they lie below.
    await record(desk.seat, [{ companyDomain: 'careers.acme.example' }]);
    expect(await kept()).toEqual({ [desk.client]: EMPLOYERS_MAX + 2 });
  });

  it('a client account’s list pushes out nobody’s, and another one’s own word binds it all the same', async () => {
    await listed('First');
    for (const company of companies(0, 2 * EMPLOYERS_MAX + 5)) await listed(company);
    expect(await kept()).toEqual({ agency: EMPLOYERS_MAX, [desk.client]: EMPLOYERS_MAX });
    await listed('Right', other);
    await mark({ company: 'Right' });
    expect(await asked(elsewhere)).toEqual(['DO_NOT_CONTACT']);
    expect(await asked()).toEqual([]);
    await mark({ company: 'First' });
    expect(await asked()).toEqual(['DO_NOT_CONTACT']);
  }, 60_000);

  /** Makes one person of some who are each told to have as many employers as are kept, for the agency and for a client account. */
  async function joined(people: number, before: () => Promise<void>): Promise<void> {
    const urls = [profileUrl, ...Array.from({ length: people - 1 }, (_, nth) => lead(nth))];
    await desk.add(urls.map((url, nth) => ({ profileUrl: url, company: `First ${nth}` })));
    const { owner, agencyId, clientAccount } = desk.agency;
    await inAgency(api.dataSource, owner, async (manager) => {
      const listed = await manager.query<{ recipient_id: string; key_version: number }[]>(
        'SELECT recipient_id, key_version FROM recipient_employer WHERE agency_id = $1',
        [agencyId],
      );
      const rows = listed.flatMap((row) =>
        Array.from({ length: 2 * EMPLOYERS_MAX }, () => ({
          ...{ ...row, agency_id: agencyId, scope_id: agencyId, kind: 'COMPANY' as const },
          client_account_id: clientAccount.id,
          fingerprint: randomBytes(32),
        })),
      );
      await writeEmployers(manager, rows);
    });
    expect(await kept()).toEqual({
      ...{ agency: people * EMPLOYERS_MAX, [desk.client]: people * EMPLOYERS_MAX },
    });
    await before();
    for (const url of urls.slice(1)) await desk.add([{ profileUrl, salesNavigatorUrl: url }]);
  }
  const lead = (nth: number) => `https://www.linkedin.com/sales/lead/ACwAAA${nth}abcdEF`;
  const FULL = () => ({ agency: EMPLOYERS_MAX, [desk.client]: EMPLOYERS_MAX });

  it('whoever is made one, and a mark that binds one of them binds the person', async () => {
    await joined(4, () => mark({ company: 'First 2' }));
    expect((await desk.list()).totalCount).toBe(1);
    expect(await kept()).toEqual(FULL());
    expect([await asked(), await asked(elsewhere)]).toEqual([['DO_NOT_CONTACT'], ['DO_NOT_CONTACT']]);
  });

  it('whoever is made one with a history each, and whichever address more is told of', async () => {
    await joined(4, async () => {
      for (const url of [profileUrl, lead(0), lead(1)]) await desk.send('FOLLOW', { profileUrl: url });
      await mark({ company: 'First 1' });
    });
    expect((await desk.list()).totalCount).toBe(3);
    expect(await kept()).toEqual(FULL());
    for (const url of [profileUrl, lead(0), lead(1)])
      expect(await asked(desk.seat, url)).toContain('DO_NOT_CONTACT');
    await record(desk.seat, [{ profileUrl: lead(0), company: 'One more' }]);
    await desk.add([{ profileUrl: lead(1), company: 'One more' }], { replace: true });
    expect(await kept()).toEqual(FULL());
  });
});

describe.each([
  ['a person', { profileUrl }],
  ['an employer', { company: 'Acme' }],
])('a mark on %s', (_, terms) => {
  /** As many marks again for seats of others, each found before the agency's. */
  async function copies(): Promise<void> {
    const { owner, agencyId } = desk.agency;
    await inAgency(api.dataSource, owner, async (manager) => {
      await manager.query(
        `INSERT INTO do_not_contact (agency_id, id, scope_kind, scope_id, kind, key_version, fingerprint, created_at, created_by)
         SELECT agency_id, n.id, 'SEAT', n.id, kind, key_version, fingerprint, created_at, created_by FROM do_not_contact
         CROSS JOIN (SELECT lpad(to_hex(i), 32, '0')::uuid AS id FROM generate_series(1, 150) AS i) AS n WHERE agency_id = $1`,
        [agencyId],
      );
      await manager.query(`DELETE FROM do_not_contact WHERE agency_id = $1 AND scope_kind = 'AGENCY'`, [
        agencyId,
      ]);
    });
  }

  it('is known of records, however many others have one on the same', async () => {
    await listed('Acme');
    await mark(terms);
    await copies();
    expect(await record(elsewhere, [{}])).toBe(0);
    await mark(terms);
    expect(await record(elsewhere, [{}], 'REACTION')).toBe(1);
  });
});
