import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { codesOf, Outreach, someone } from '../support/outreach.js';

let api: Api;
let desk: Outreach;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new Outreach(api, await api.seed());
});

async function change(verb: 'add' | 'remove', input: object, key = desk.agency.key): Promise<Json> {
  const name = `${verb}DoNotContact`;
  const query = `mutation ($input: DoNotContactInput!) { ${name}(input: $input) { changed userErrors { code field } } }`;
  return (await api.data(key, query, { input }))[name];
}

const CHANGED = { changed: 1, userErrors: [] };
const SAME = { changed: 0, userErrors: [] };

describe('addDoNotContact', () => {
  it('refuses everything to a person, answers too, until it is taken back', async () => {
    const person = someone({ degree: 'FIRST' });
    const { profileUrl } = person;
    expect(await change('add', { profileUrl: `${profileUrl}/?x=1`, reason: 'asked to' })).toEqual(CHANGED);
    expect(await change('add', { profileUrl })).toEqual(SAME);
    for (const action of ['DIRECT_MESSAGE', 'PROFILE_VIEW', 'FOLLOW']) {
      const decision = await desk.reserve(action, person, { isReply: true });
      expect(decision).toMatchObject({
        outcome: 'DENIED',
        retryAt: null,
        reasons: [{ code: 'DO_NOT_CONTACT', message: 'The person may not be contacted.' }],
      });
    }
    expect(await change('remove', { profileUrl })).toEqual(CHANGED);
    expect(await change('remove', { profileUrl })).toEqual(SAME);
    expect((await desk.reserve('DIRECT_MESSAGE', person)).outcome).toBe('ALLOWED');
  });

  it.each([
    [{ company: ' ACME   Corp' }, { company: 'Acme Corp ' }],
    [{ domain: 'https://www.Acme.example/jobs' }, { companyDomain: 'acme.example' }],
    [{ domain: 'acme.example' }, { companyDomain: 'WWW.acme.example' }],
    [{ domain: 'acme.example' }, { companyDomain: 'https://careers.eu.acme.example./jobs' }],
    [{ domain: 'a.lib.north.austin.k12.tx.us' }, { companyDomain: 'a.lib.north.austin.k12.tx.us' }],
    [{ domain: 'a.lib.north.austin.k12.tx.us' }, { companyDomain: 'c.b.a.lib.north.austin.k12.tx.us' }],
    [{ domain: 'www.www.acme.example' }, { companyDomain: 'www.www.acme.example' }],
    [{ domain: 'bücher.example' }, { companyDomain: 'www.XN--BCHER-KVA.example' }],
    [{ domain: 'xn--bcher-kva.example' }, { companyDomain: 'bu\u0308cher.example' }],
    [{ company: 'Acme Corp' }, { company: '\u200eAc\u00adme\u200b Corp' }],
    [{ company: 'Straße GmbH' }, { company: 'STRASSE GMBH' }],
    [{ company: 'Istanbul Tekstil' }, { company: 'İSTANBUL TEKSTİL' }],
  ])(
    'P13: %j binds people of %j, told now or before, and gives back what is held',
    async (mark, employer) => {
      const before = someone({ degree: 'FIRST', ...employer });
      const { reservation } = await desk.reserve('DIRECT_MESSAGE', before);
      const other = await desk.reserve('DIRECT_MESSAGE', someone({ degree: 'FIRST', company: 'Other' }));
      expect(await change('add', mark)).toEqual(CHANGED);
      expect(await desk.became(reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
      expect(await desk.became(other.reservation.id)).toEqual(['HELD', null]);
      const { profileUrl } = before;
      const later = [{ profileUrl }, { profileUrl, company: 'Other' }, someone(employer)];
      for (const recipient of later) {
        const decision = await desk.reserve('PROFILE_VIEW', recipient);
        expect(decision.reasons).toMatchObject([
          { code: 'DO_NOT_CONTACT', message: 'The person’s company may not be contacted.' },
        ]);
      }
      expect((await desk.reserve('PROFILE_VIEW', someone({ company: 'Other' }))).outcome).toBe('ALLOWED');
    },
  );

  it('binds whoever is named by the key of Sales Navigator in the place of a slug, as the lead itself', async () => {
    const key = `ACwAA${randomUUID()}`;
    const [lead, slug] = [
      `https://www.linkedin.com/sales/lead/${key},x,y`,
      `https://www.linkedin.com/in/${key}`,
    ];
    expect(await change('add', { profileUrl: lead })).toEqual(CHANGED);
    const refused = await desk.reserve('PROFILE_VIEW', someone({ profileUrl: slug }));
    expect(refused.reasons).toMatchObject([{ code: 'DO_NOT_CONTACT' }]);
    expect(await change('remove', { profileUrl: slug })).toEqual(CHANGED);
    expect((await desk.reserve('PROFILE_VIEW', someone({ profileUrl: lead }))).outcome).toBe('ALLOWED');
  });

  it('binds whoever is named by the key of a member, however a tool writes it; and the address that leads to them is told', async () => {
    const key = `ACoAA${randomUUID().toUpperCase()}`;
    const url = `https://www.linkedin.com/in/${key}`;
    const { id } = await desk.reserve('PROFILE_VIEW', someone({ profileUrl: url.toLowerCase() }));
    const query = 'query ($id: ID!) { node(id: $id) { ... on Decision { recipientProfileUrl } } }';
    expect((await api.data(desk.agency.key, query, { id })).node.recipientProfileUrl).toBe(url.toLowerCase());
    expect(await change('add', { profileUrl: url })).toEqual(CHANGED);
    const refused = await desk.reserve('PROFILE_VIEW', someone({ profileUrl: url.toLowerCase() }));
    expect(refused.reasons).toMatchObject([{ code: 'DO_NOT_CONTACT' }]);
    expect(await change('remove', { profileUrl: url.toLowerCase() })).toEqual(CHANGED);
    const other = `https://www.linkedin.com/in/ACoAA${randomUUID().toUpperCase()}`;
    const decision = await desk.reserve('PROFILE_VIEW', someone({ profileUrl: other }));
    expect((await api.data(desk.agency.key, query, { id: decision.id })).node.recipientProfileUrl).toBe(
      other,
    );
  });

  it('of a domain below another binds nobody of that one, nor of one that ends alike', async () => {
    expect(await change('add', { domain: 'careers.acme.example' })).toEqual(CHANGED);
    for (const companyDomain of ['acme.example', 'mycareers.acme.example', 'careers.acme.example.org']) {
      expect((await desk.reserve('PROFILE_VIEW', someone({ companyDomain }))).outcome).toBe('ALLOWED');
    }
  });

  it('for one client account binds that one alone, and not another agency', async () => {
    const person = someone();
    const { profileUrl } = person;
    const elsewhere = await desk.addSeat(await desk.addClientAccount());
    const [here, there] = [
      await desk.reserve('PROFILE_VIEW', person),
      await desk.reserve('PROFILE_VIEW', person, { seatId: elsewhere }),
    ];
    expect(await change('add', { profileUrl, clientAccountId: desk.client })).toEqual(CHANGED);
    expect(await desk.became(here.reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
    expect(await desk.became(there.reservation.id)).toEqual(['HELD', null]);
    expect(codesOf(await desk.reserve('FOLLOW', person))).toEqual(['DO_NOT_CONTACT']);
    expect((await desk.reserve('FOLLOW', person, { seatId: elsewhere })).outcome).toBe('ALLOWED');
    const theirs = new Outreach(api, await api.seed());
    expect((await theirs.reserve('FOLLOW', person)).outcome).toBe('ALLOWED');
    // The mark of the agency is another one.
    expect(await change('remove', { profileUrl })).toEqual(SAME);
    expect(await change('add', { profileUrl })).toEqual(CHANGED);
    expect(codesOf(await desk.reserve('FOLLOW', person, { seatId: elsewhere }))).toEqual(['DO_NOT_CONTACT']);
    expect((await theirs.reserve('COMMENT', person)).outcome).toBe('ALLOWED');
  });

  it('takes exactly one of person, company and domain', async () => {
    const { profileUrl } = someone();
    for (const input of [{}, { profileUrl, company: 'Acme' }, { company: 'Acme', domain: 'acme.example' }]) {
      expect(await change('add', input)).toEqual({
        changed: 0,
        userErrors: [{ code: 'INVALID', field: null }],
      });
    }
    for (const [field, value] of [
      ['profileUrl', 'nowhere'],
      ['domain', 'nowhere'],
      ['domain', 'https://www.linkedin.com/company/acme'],
      ['company', '  '],
      ['company', '\u200b\u00ad'],
    ] as const) {
      expect((await change('add', { [field]: value })).userErrors).toEqual([
        { code: 'INVALID', field: ['input', field] },
      ]);
    }
  });

  it('is for managers and above; whoever is bound to a client account sets that one’s alone', async () => {
    const { agency } = desk;
    const { profileUrl } = someone();
    const mine = { profileUrl, clientAccountId: desk.client };
    const forbidden = [{ code: 'FORBIDDEN_FOR_ROLE', field: null }];
    for (const role of ['OPERATOR', 'ANALYST'] as const) {
      expect((await change('add', mine, await api.keyOf(agency, role))).userErrors).toEqual(forbidden);
    }
    const client = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
    expect((await change('add', mine, client)).userErrors).toEqual(forbidden);
    const bound = await api.keyOf(agency, 'MANAGER', agency.clientAccount.id);
    expect((await change('add', { profileUrl }, bound)).userErrors).toEqual(forbidden);
    const other = toId('client', await desk.addClientAccount());
    for (const clientAccountId of [other, toId('client', randomUUID())]) {
      expect((await change('add', { profileUrl, clientAccountId }, bound)).userErrors).toEqual([
        { code: 'NOT_FOUND', field: ['input', 'clientAccountId'] },
      ]);
    }
    expect(await change('add', mine, bound)).toEqual(CHANGED);
  });
});
