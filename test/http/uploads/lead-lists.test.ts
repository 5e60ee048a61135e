import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { toId } from '../../../src/schema/ids.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';
import { Outreach } from '../../support/outreach.js';

const NOBODYS = toId('client', '00000000-0000-4000-8000-000000000000');

let api: Api;
let agency: SeededAgency;
let desk: Outreach;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  desk = new Outreach(api, agency);
});

interface Sent {
  readonly key?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

async function send(csv: string | Buffer, { key = agency.key, query, headers = {} }: Sent = {}) {
  const all = {
    ...{ authorization: `Bearer ${key}`, 'content-type': 'text/csv', 'x-headroom-import': '1' },
    ...headers,
  };
  const told = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const response = await fetch(`${api.url}/imports/lead-list?${query ?? `clientAccountId=${desk.client}`}`, {
    method: 'POST',
    headers: Object.fromEntries(told) as Record<string, string>,
    body: typeof csv === 'string' ? csv : new Uint8Array(csv),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

const LIST = `query ($id: ID!, $after: String) { prospects(clientAccountId: $id, first: 100, after: $after) { totalCount
  nodes { profileUrl salesNavigatorUrl firstName lastName company tags doNotContact } } }`;

async function listed(clientAccountId = desk.client): Promise<Json[]> {
  const { prospects } = await api.data(agency.key, LIST, { id: clientAccountId });
  expect(prospects.nodes).toHaveLength(prospects.totalCount);
  return prospects.nodes;
}

const fixture = (name: string) => readFile(`test/fixtures/lead-lists/${name}`);

describe('POST /imports/lead-list', () => {
  it('takes a list in, tells what became of it, and changes nothing the second time', async () => {
    const csv = await fixture('generic-url-variants.csv');
    const { status, body } = await send(csv);
    expect([status, body]).toEqual([
      200,
      {
        ...{ clientAccountId: desk.client, dryRun: false, rowsRead: 4, people: 1 },
        mapping: [
          { heading: 'linkedin_url', use: 'profileUrl' },
          { heading: 'name', use: 'fullName' },
        ],
        ...{ added: 1, updated: 0, unchanged: 0, duplicates: 1, doNotContact: 0, erased: 0 },
        rejected: [
          { line: 2, reason: expect.stringMatching(/page of a company/) },
          { line: 5, reason: 'has no profile address' },
        ],
        ...{ rejectedTotal: 2, warnings: [] },
      },
    ]);
    const people = await listed();
    expect(people).toMatchObject([{ firstName: 'Jane', lastName: 'Doe' }]);
    expect((await send(csv)).body).toMatchObject({ added: 0, updated: 0, unchanged: 1, duplicates: 1 });
    expect(await listed()).toEqual(people);
  });

  it('writes nothing in a dry run, and takes columns as it is told', async () => {
    const dry = await send('Lien,Qui\nin/ada,Ada Lovelace\nin/ada,\n', {
      query: `clientAccountId=${desk.client}&dryRun=true&mapping=Lien%3DprofileUrl&mapping=Qui%3DfullName`,
    });
    const counted = { rowsRead: 2, people: 1, duplicates: 1, added: 0, rejectedTotal: 0 };
    expect(dry.body).toMatchObject({ dryRun: true, ...counted });
    expect(await listed()).toEqual([]);
    const wrong = await send('Lien,Qui\nin/ada,Ada\n');
    expect([wrong.status, wrong.body]).toEqual([
      400,
      { error: 'NO_HEADER', message: expect.stringMatching(/"Lien", "Qui"/) },
    ]);
  });

  it('counts who may not be contacted, and never takes a mark back', async () => {
    const mark = 'mutation ($input: DoNotContactInput!) { addDoNotContact(input: $input) { changed } }';
    await api.data(agency.key, mark, { input: { company: 'Acme' } });
    await api.data(agency.key, mark, { input: { profileUrl: 'in/bea' } });
    const csv = 'url,company\nin/ada,ACME\nin/bea,Other\nin/cleo,Other\nin/ada,Other\n';
    expect((await send(csv)).body).toMatchObject({ added: 3, duplicates: 1, doNotContact: 2 });
    const query = `clientAccountId=${desk.client}&replace=true`;
    expect((await send('url,company\nin/ada,Other\n', { query })).body).toMatchObject({
      updated: 1,
      doNotContact: 1,
    });
    const marked = (await listed()).map(({ profileUrl, doNotContact }) => [
      profileUrl.slice(28),
      doNotContact,
    ]);
    expect(Object.fromEntries(marked)).toEqual({ ada: true, bea: true, cleo: false });
  });

  it.each(['ADMIN', 'MANAGER'] as const)('is for %s as well', async (role) => {
    expect((await send('url\nin/ada\n', { key: await api.keyOf(agency, role) })).status).toBe(200);
  });

  it.each(['OPERATOR', 'ANALYST'] as const)('is not for %s', async (role) => {
    const { status, body } = await send('url\nin/ada\n', { key: await api.keyOf(agency, role) });
    expect([status, body.error]).toEqual([403, 'FORBIDDEN_FOR_ROLE']);
  });

  it('knows no client account that the key does not see, and says of each what it says of nobody’s', async () => {
    const other = await api.seed();
    const hidden = toId('client', await desk.addClientAccount());
    const key = await api.keyOf(agency, 'MANAGER', agency.clientAccount.id);
    for (const id of [toId('client', other.clientAccount.id), hidden, NOBODYS, 'client_x']) {
      for (const more of ['', '&as=do-not-contact']) {
        const { status, body } = await send('url\nin/ada\n', { key, query: `clientAccountId=${id}${more}` });
        expect([status, body]).toEqual([
          404,
          { error: 'NOT_FOUND', message: 'There is no such client account.' },
        ]);
      }
    }
    expect(await listed(hidden)).toEqual([]);
  });

  it.each([
    ['a key', { authorization: undefined }, '401 UNAUTHENTICATED'],
    ['the header that no form can send', { 'x-headroom-import': undefined }, '400 BAD_USER_INPUT'],
    ['the type of a CSV', { 'content-type': 'multipart/form-data; boundary=x' }, '415 BAD_USER_INPUT'],
    ['no other coding', { 'content-encoding': 'gzip' }, '415 BAD_USER_INPUT'],
  ])('needs %s', async (_, headers, expected) => {
    const { status, body } = await send('url\nin/ada\n', { headers });
    expect(`${status} ${body.error}`).toBe(expected);
    expect(await listed()).toEqual([]);
  });

  it.each([
    '',
    'x=1',
    'as=friends',
    'dryRun=1',
    'replace=true&replace=true',
    'mapping=x',
    'mapping=Nobody%3DprofileUrl',
  ])('refuses %j', async (more) => {
    const own = more === '' ? '' : `clientAccountId=${desk.client}&${more}`;
    const { status, body } = await send('url\nin/ada\n', { query: own });
    expect([more, status, body.error]).toEqual([more, 400, 'BAD_USER_INPUT']);
  });
});

it.each(['', 'as=do-not-contact'])('a list of half a million blank lines is refused (%s)', async (query) => {
  const list = query === '' ? {} : { query };
  const { status, body } = await send(`url\nin/ada\n${'\n'.repeat(500_000)}`, list);
  expect([status, body.error, body.message]).toEqual([
    413,
    'TOO_LARGE',
    expect.stringMatching(/500000 lines/),
  ]);
});

describe('as=do-not-contact', () => {
  it('binds every list at once, gives back what is held, and is counted once', async () => {
    const { reservation } = await desk.reserve('PROFILE_VIEW', { profileUrl: 'in/ada' });
    await send('url,domain\nin/ada,\nin/bea,acme.example\nin/cleo,\n');
    const other = toId('client', await desk.addClientAccount());
    await send('url\nin/ada\n', { query: `clientAccountId=${other}` });
    const csv = 'linkedin,domain,company\nin/Ada/,,\n,www.acme.example,\n,not a domain,\nin/ada,,\n,,\n';
    const first = await send(csv, { query: 'as=do-not-contact' });
    expect(first.body).toMatchObject({
      ...{ clientAccountId: null, rowsRead: 5, marked: { people: 1, companies: 0, domains: 1 } },
      ...{ alreadyMarked: 0, released: 1, rejectedTotal: 2 },
    });
    expect((await listed()).map(({ doNotContact }) => doNotContact).toSorted()).toEqual([false, true, true]);
    expect((await listed(other)).map(({ doNotContact }) => doNotContact)).toEqual([true]);
    expect(await desk.became(reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
    const again = await send(csv, { query: 'as=do-not-contact' });
    expect(again.body).toMatchObject({ marked: { people: 0, domains: 0 }, alreadyMarked: 2, released: 0 });
  });

  it('of a client account binds that one, and the agency’s is not for who sees a part of it', async () => {
    const other = toId('client', await desk.addClientAccount());
    for (const id of [desk.client, other]) await send('url\nin/ada\n', { query: `clientAccountId=${id}` });
    const key = await api.keyOf(agency, 'MANAGER', agency.clientAccount.id);
    const refused = await send('url\nin/ada\n', { key, query: 'as=do-not-contact' });
    expect([refused.status, refused.body.error]).toEqual([403, 'FORBIDDEN_FOR_ROLE']);
    const query = `as=do-not-contact&clientAccountId=${desk.client}`;
    expect((await send('url\nin/ada\n', { key, query })).body).toMatchObject({ marked: { people: 1 } });
    expect([(await listed())[0].doNotContact, (await listed(other))[0].doNotContact]).toEqual([true, false]);
  });
});

describe('whatever the order of the rows', () => {
  const KEYS = ['ACwAAAa', 'ACwAAAb', 'ACwAAAc'];
  const cell = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: '' });
  const row = fc.record({
    slug: cell(['ada', 'bea', 'cleo', 'dora', 'eve']),
    first: cell(['Ann', 'Bob']),
    company: cell(['Acme', 'Rival']),
    tags: cell(['x', 'y', 'x;z']),
  });
  type Row = typeof row extends fc.Arbitrary<infer Told> ? Told : never;
  const csvOf = (rows: readonly Row[]): string =>
    [
      'linkedin,first name,company,tags',
      ...rows.map((one) => [one.slug && `in/${one.slug}`, one.first, one.company, one.tags].join(',')),
    ].join('\n');

  it('the same people are listed, with something that was told of each, and the rows add up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
        agency = await api.seed();
        desk = new Outreach(api, agency);
        const { body } = await send(csvOf(rows));
        const slugs = new Set(rows.map(({ slug }) => slug).filter(Boolean));
        expect(body).toMatchObject({ rowsRead: rows.length, added: slugs.size, people: slugs.size });
        expect(body.added + body.duplicates + body.rejectedTotal).toBe(rows.length);
        for (const person of await listed()) {
          const told = rows.filter(({ slug }) => person.profileUrl.endsWith(`/in/${slug}`));
          const said = (of: (one: Row) => string) => told.map(of).filter(Boolean);
          expect(person.firstName).toBe(said(({ first }) => first)[0] ?? null);
          expect(person.company).toBe(said(({ company }) => company)[0] ?? null);
          const tags = new Set(said(({ tags: told }) => told).flatMap((one) => one.split(';')));
          expect(new Set(person.tags)).toEqual(tags);
        }
        const before = await listed();
        const again = (await send(csvOf(rows))).body;
        expect([again.added, again.updated, again.unchanged]).toEqual([0, 0, slugs.size]);
        const turned = (await send(csvOf(rows.toReversed()))).body;
        expect([turned.added, turned.updated, turned.unchanged]).toEqual([0, 0, slugs.size]);
        expect(await listed()).toEqual(before);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it('addresses and keys that any row names together are one person', async () => {
    const pair = fc.record({ slug: cell(['ada', 'bea', 'cleo']), key: cell(KEYS) });
    // Each slug has a key of its own, so that whoever is named twice is named alike.
    const rows = fc
      .array(pair, { minLength: 1, maxLength: 8 })
      .map((pairs) =>
        pairs
          .map(({ slug, key }) =>
            slug && key ? { slug, key: KEYS[['ada', 'bea', 'cleo'].indexOf(slug)]! } : { slug, key },
          )
          .filter(({ slug, key }) => slug || key),
      );
    const pieces = fc.array(rows, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(pieces, async (lists) => {
        agency = await api.seed();
        desk = new Outreach(api, agency);
        const all = lists.flat();
        for (const list of lists) {
          await send(
            ['linkedin,vmid', ...list.map(({ slug, key }) => `${slug && `in/${slug}`},${key}`)].join('\n'),
          );
        }
        const joined = new Set(all.filter(({ slug, key }) => slug && key).map(({ slug }) => slug));
        const slugs = new Set(all.map(({ slug }) => slug).filter(Boolean));
        const alone = new Set(all.map(({ key }) => key).filter(Boolean));
        for (const slug of joined) alone.delete(KEYS[['ada', 'bea', 'cleo'].indexOf(slug)]!);
        const people = await listed();
        expect(people).toHaveLength(slugs.size + alone.size);
        expect(people.filter(({ salesNavigatorUrl }) => salesNavigatorUrl)).toHaveLength(joined.size);
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});
