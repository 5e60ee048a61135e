import { toId } from '../../src/schema/ids.js';
import { done, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_API_LIMITS: 'off', HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' });
});
afterAll(() => api.close());

const ADD = `mutation ($input: AddInboundSourceInput!) { addInboundSource(input: $input) {
  inboundSource { id } url userErrors { code field } } }`;
const LIST = `query ($client: ID!) { prospects(clientAccountId: $client) { nodes {
  id profileUrl firstName company position tags customFields { name value } doNotContact } } }`;

const MAPPING = {
  ...{ listPath: 'contacts', typePath: 'event', personPath: 'li.url' },
  events: [
    { type: 'contact', person: 'LISTED' },
    { type: 'unsubscribed', person: 'DO_NOT_CONTACT' },
    { type: 'deal' },
  ],
  prospectFields: [
    { path: 'first', field: 'FIRST_NAME' },
    { path: 'org.name', field: 'COMPANY' },
    { path: 'job', field: 'POSITION' },
    { path: 'id', customField: 'crmId' },
  ],
  tags: ['crm'],
};

interface Desk {
  readonly agency: SeededAgency;
  readonly client: string;
  readonly sourceId: string;
  send(contacts: readonly object[]): Promise<Json>;
}

async function add(key: string, input: object): Promise<Json> {
  const source = { name: 'CRM', tool: 'GENERIC', mapping: MAPPING, ...input };
  return (await api.data(key, ADD, { input: source })).addInboundSource;
}

async function desk(more: object = {}): Promise<Desk> {
  const agency = await api.seed();
  const client = toId('client', agency.clientAccount.id);
  const { url, inboundSource } = await add(agency.key, { clientAccountId: client, ...more });
  return {
    ...{ agency, client, sourceId: inboundSource.id },
    send: async (contacts) => {
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ contacts }) });
      return { status: answer.status, ...((await answer.json()) as object) };
    },
  };
}

const contact = (slug: string, more: object = {}) => ({
  ...{
    event: 'contact',
    id: 101,
    first: 'Ada',
    org: { name: 'Acme' },
    li: { url: `linkedin.com/in/${slug}` },
  },
  ...more,
});
const outcomesOf = ({ outcomes }: Json): string[] => outcomes.map(({ outcome }: Json) => outcome);

async function listOf({ agency, client }: Desk, key = agency.key): Promise<Json[]> {
  return (await api.data(key, LIST, { client })).prospects.nodes;
}

describe('a list of contacts', () => {
  it('puts people on the list, each by itself, and again it changes nothing', async () => {
    const at = await desk();
    const contacts = [
      contact('ada'),
      contact('bob', { first: '', org: null, id: null }),
      contact('cy', { job: 'x'.repeat(201) }),
      contact('dee', { job: '\u09df'.repeat(199) }),
      { ...contact('x'), li: { url: 'nobody' } },
      { event: 'deal' },
      { event: 'new-kind', li: { url: 'linkedin.com/in/dee' } },
      contact('ADA', { job: 'CTO' }),
    ];
    const first = await at.send(contacts);
    expect(first).toEqual({
      ...{ status: 200, counted: 2, alreadyKnown: 1, ignored: 1, unread: 4 },
      outcomes: [
        ...[{ outcome: 'COUNTED' }, { outcome: 'COUNTED' }],
        { outcome: 'REFUSED', message: 'position is 200 characters at most.' },
        {
          outcome: 'REFUSED',
          message: 'position is 200 characters at most: composed, as it is kept, it has 398.',
        },
        ...[{ outcome: 'PERSON_UNREADABLE' }, { outcome: 'IGNORED' }, { outcome: 'UNKNOWN_TYPE' }],
        { outcome: 'ALREADY_KNOWN' },
      ],
    });
    const kept = await listOf(at);
    expect(kept.map(({ id: _, ...prospect }) => prospect).toSorted(byAddress)).toEqual([
      {
        ...{
          profileUrl: 'https://www.linkedin.com/in/ada',
          firstName: 'Ada',
          company: 'Acme',
          position: 'CTO',
        },
        ...{ tags: ['crm'], customFields: [{ name: 'crmId', value: '101' }], doNotContact: false },
      },
      {
        ...{ profileUrl: 'https://www.linkedin.com/in/bob', firstName: null, company: null, position: null },
        ...{ tags: ['crm'], customFields: [], doNotContact: false },
      },
    ]);
    const again = await at.send(contacts);
    expect(outcomesOf(again)).toEqual([
      ...['ALREADY_KNOWN', 'ALREADY_KNOWN', 'REFUSED', 'REFUSED', 'PERSON_UNREADABLE', 'IGNORED'],
      ...['UNKNOWN_TYPE', 'ALREADY_KNOWN'],
    ]);
    expect(await listOf(at)).toEqual(kept);
    const unread = '{ unreadEvents { nodes { why type outline } } }';
    const { unreadEvents } = await api.data(at.agency.key, unread);
    expect(unreadEvents.nodes.map(({ why }: Json) => why).sort()).toEqual([
      ...['PERSON_UNREADABLE', 'REFUSED', 'REFUSED', 'UNKNOWN_TYPE'],
    ]);
    expect(JSON.stringify(unreadEvents)).not.toMatch(/Acme|Ada|linkedin/);
  });

  it('brings up to date what it said; what a person set by hand, took away or had erased stays so', async () => {
    const at = await desk();
    const { key } = at.agency;
    await at.send([contact('ada'), contact('eve')]);
    const prospect = (await listOf(at)).find(({ profileUrl }) => profileUrl.endsWith('/ada'))!;
    const update = `mutation ($input: UpdateProspectInput!) { updateProspect(input: $input) { userErrors { code } } }`;
    await api.data(key, update, { input: { prospectId: prospect.id, firstName: 'Augusta' } });
    const tag = `mutation ($input: TagProspectsInput!) { tagProspects(input: $input) { changed } }`;
    await api.data(key, tag, { input: { prospectIds: [prospect.id], remove: ['crm'] } });
    const erase = `mutation ($input: ErasePersonInput!) { erasePerson(input: $input) { prospects } }`;
    await api.data(key, erase, { input: { profileUrl: 'linkedin.com/in/eve' } });
    const answer = await at.send([
      contact('ada', { first: 'Ada', org: { name: 'Acme Ltd' }, id: 102 }),
      contact('eve'),
    ]);
    expect(answer.outcomes).toEqual([
      { outcome: 'COUNTED' },
      { outcome: 'IGNORED', message: 'The person was erased, and stays so.' },
    ]);
    expect(await listOf(at)).toEqual([
      {
        ...{ id: prospect.id, profileUrl: prospect.profileUrl, firstName: 'Augusta', company: 'Acme Ltd' },
        ...{ position: null, tags: [], customFields: [{ name: 'crmId', value: '102' }], doNotContact: false },
      },
    ]);
  });

  it('marks whom to leave alone, for its client account and no other, and gives back what is held', async () => {
    const at = await desk();
    const { agency, client } = at;
    const { clientAccounts } = servicesOn(api.dataSource);
    const terms = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
    const other = toId('client', done(await clientAccounts.createClientAccount(agency.owner, terms)).id);
    const prospects = [{ profileUrl: 'linkedin.com/in/eve' }];
    for (const clientAccountId of [client, other]) {
      const list = `mutation ($input: AddProspectsInput!) { addProspects(input: $input) { added } }`;
      await api.data(agency.key, list, { input: { clientAccountId, prospects } });
    }
    const reserve = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { reservation { id } } } }`;
    const recipient = { profileUrl: 'linkedin.com/in/eve', degree: 'FIRST' };
    const input = {
      seatId: toId('seat', agency.seat.id),
      action: 'FOLLOW',
      recipient,
      idempotencyKey: 'eve',
    };
    const { id } = (await api.data(agency.key, reserve, { input })).reserve.decision.reservation;
    const unsubscribed = { event: 'unsubscribed', li: { url: 'https://de.linkedin.com/in/eve/' } };
    expect(outcomesOf(await at.send([unsubscribed, unsubscribed]))).toEqual(['COUNTED', 'ALREADY_KNOWN']);
    expect(outcomesOf(await at.send([unsubscribed]))).toEqual(['ALREADY_KNOWN']);
    const held = `query ($id: ID!) { node(id: $id) { ... on Reservation { status releasedBecause } } }`;
    expect((await api.data(agency.key, held, { id })).node).toEqual({
      ...{ status: 'RELEASED', releasedBecause: 'DO_NOT_CONTACT' },
    });
    expect((await listOf(at)).map(({ doNotContact }) => doNotContact)).toEqual([true]);
    expect((await listOf({ ...at, client: other })).map(({ doNotContact }) => doNotContact)).toEqual([false]);
  });

  it('is read wherever it stands, of one type where none is said, and not of more than a hundred', async () => {
    const mapping = { personPath: 'properties.url', events: [{ type: 'contact', person: 'LISTED' }] };
    const at = await desk({ mapping: { ...mapping, listPath: 'contacts' } });
    const people = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        properties: { url: `linkedin.com/in/person-${index}` },
      }));
    expect((await at.send(people(101))).status).toBe(400);
    const { counted, alreadyKnown } = await at.send(people(100));
    expect([counted, alreadyKnown]).toEqual([100, 0]);
    expect((await at.send(people(100))).alreadyKnown).toBe(100);
  });
});

function byAddress(one: Json, other: Json): number {
  return one.profileUrl < other.profileUrl ? -1 : 1;
}

it('a source of people is of a client account, and its mapping says each thing once', async () => {
  const agency = await api.seed();
  const { key } = agency;
  const clientAccountId = toId('client', agency.clientAccount.id);
  const field = (...prospectFields: object[]) => ({ mapping: { ...MAPPING, prospectFields } });
  const wrong: readonly (readonly [object, string])[] = [
    [{ clientAccountId: null }, 'clientAccountId'],
    [{ clientAccountId: null, seatId: toId('seat', agency.seat.id) }, 'clientAccountId'],
    [{ mapping: { ...MAPPING, typePath: null } }, 'mapping.typePath'],
    [{ mapping: { ...MAPPING, listPath: '$[0]' } }, 'mapping.listPath'],
    [
      { mapping: { ...MAPPING, events: [{ type: 'a', person: 'LISTED', action: 'FOLLOW' }] } },
      'mapping.events',
    ],
    [{ mapping: { ...MAPPING, tags: [' '] } }, 'mapping.tags'],
    [field({ path: 'a', field: 'NOTES' }, { path: 'b', field: 'NOTES' }), 'mapping.prospectFields'],
    [field({ path: 'a', field: 'NOTES', customField: 'b' }), 'mapping.prospectFields'],
    [field({ path: 'a', customField: ' ' }), 'mapping.prospectFields'],
    [field({ path: 'a' }), 'mapping.prospectFields'],
    [field({ path: '', field: 'NOTES' }), 'mapping.prospectFields.path'],
  ];
  for (const [input, name] of wrong) {
    const { userErrors } = await add(key, { clientAccountId, ...input });
    expect([userErrors[0]?.code, userErrors[0]?.field.join('.')]).toEqual(['INVALID', `input.${name}`]);
  }
});
