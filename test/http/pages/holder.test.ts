import { createHash } from 'node:crypto';
import { stopPage } from '../../../src/http/pages/holder.page.js';
import { lockBook } from '../../../src/ledger/books/lock.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { toId } from '../../../src/schema/ids.js';
import { Api, type Json } from '../../support/api.js';
import { newSeat } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';
import { codesOf, someone } from '../../support/outreach.js';
import { SeatDesk } from '../../resolvers/seat-moves.support.js';

let api: Api;
let desk: SeatDesk;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = await SeatDesk.open(api);
});

const CREATE = `mutation ($input: CreateHolderLinkInput!) { createHolderLink(input: $input) {
  link seat { id } userErrors { code field } } }`;

async function createLink(more: object = {}, key = desk.agency.key): Promise<Json> {
  return (await desk.ask(CREATE, { input: { seatId: desk.seat, ...more } }, key)).createHolderLink;
}

/** Opens a link, which is whole, or a path; at another server what leads to it there. */
async function visit(
  link: string,
  method = 'GET',
  server = api,
): Promise<{ status: number; html: string; headers: Headers }> {
  const headers = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  const { pathname } = new URL(link, server.url);
  const answer = await fetch(`${server.url}${pathname}`, { method, headers, redirect: 'manual' });
  return { status: answer.status, html: await answer.text(), headers: answer.headers };
}

/** All that a visit might change. */
async function state(): Promise<Json> {
  const seat = `query ($seat: ID!) { seat(id: $seat) { status holderAgreedOn holderWithdrewAt } alerts { nodes { kind } }
    reservations { nodes { status releasedBecause } } }`;
  return desk.ask(seat);
}

function audited(): Promise<Json[]> {
  const { owner, seat } = desk.agency;
  return inAgency(api.dataSource, owner, (manager) =>
    manager.query('SELECT verb, actor, changes FROM audit_entry WHERE subject_id = $1 ORDER BY id', [
      seat.id,
    ]),
  );
}

describe('the page of a seat’s holder', () => {
  it('says what its button does, without a script, and to open it changes nothing', async () => {
    const { link, seat, userErrors } = await createLink();
    expect([seat.id, userErrors]).toEqual([desk.seat, []]);
    await desk.reserve('FOLLOW', someone());
    const [before, entries] = [await state(), await audited()];
    const { status, html, headers } = await visit(link);
    expect(status).toBe(200);
    expect(html).toContain(desk.agency.seat.profileUrl);
    expect(html).toContain('<form method="post">');
    expect(html).not.toMatch(/<script|javascript:|src=|\son\w+=/i);
    for (const method of ['HEAD', 'GET', 'OPTIONS']) await visit(link, method);
    expect(await state()).toEqual(before);
    expect(await audited()).toEqual(entries);
    const style = /<style>([^]*?)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('P13: its button pauses the seat, releases what is held at once, and is told of', async () => {
    const { link } = await createLink();
    const held = await desk.reserve('FOLLOW', someone());
    const stopped = await visit(link, 'POST');
    expect([stopped.status, stopped.headers.get('location')]).toEqual([303, new URL(link).pathname]);
    expect(await desk.became(held.reservation.id)).toEqual(['RELEASED', 'HOLDER_NOT_AGREED']);
    const { seat, alerts } = await state();
    expect(seat).toEqual({ status: 'PAUSED', holderAgreedOn: null, holderWithdrewAt: expect.any(String) });
    expect(alerts.nodes).toContainEqual({ kind: 'HOLDER_WITHDREW' });
    expect(codesOf(await desk.reserve('FOLLOW', someone()))).toEqual(
      expect.arrayContaining(['SEAT_PAUSED', 'HOLDER_NOT_AGREED']),
    );
    expect((await visit(link)).html).toContain('is stopped');
    const entries = await audited();
    expect(entries.at(-1)).toMatchObject({
      verb: 'withdrawAgreement',
      actor: `holder:${desk.agency.seat.id}`,
      changes: { status: { old: 'ACTIVE', new: 'PAUSED' }, holderAgreedOn: { old: '2020-01-01', new: null } },
    });
    // Again, it is a no-op.
    const before = await state();
    await visit(link, 'POST');
    expect(await state()).toEqual(before);
    expect(await audited()).toEqual(entries);
  });

  it('is answered at once where the seat is stopped already, whoever has the agency’s book', async () => {
    const { link } = await createLink();
    await visit(link, 'POST');
    await inAgency(api.dataSource, desk.agency.owner, async (manager) => {
      await lockBook(manager, desk.agency.agencyId);
      expect((await visit(link, 'POST')).status).toBe(303);
    });
  });

  it('leaves it to the holder, whichever seat the account comes to', async () => {
    const { profileUrl } = desk.agency.seat;
    const [elsewhere, theirs] = [1, 2].map(
      (n) => `https://www.linkedin.com/in/${n}-of-${desk.agency.seat.id}`,
    );
    const { link } = await createLink();
    await visit(link, 'POST');
    const today = new Date().toISOString().slice(0, 10);
    const add = { ...newSeat(desk.client), seatId: undefined };
    const other = (await desk.change('addSeat', { ...add, profileUrl: theirs })).seat.id;
    // The seat is somebody else's now, who agreed to it.
    expect(await desk.refused('updateSeat', { profileUrl: elsewhere, holderAgreedOn: today })).toEqual([
      'done',
    ]);
    const taken = ['INVALID input.holderAgreedOn'];
    for (const holderAgreedOn of ['2020-01-01', null]) {
      expect(await desk.refused('addSeat', { ...add, profileUrl, holderAgreedOn })).toEqual(taken);
      expect(await desk.refused('updateSeat', { seatId: other, profileUrl, holderAgreedOn })).toEqual(taken);
      expect(await desk.refused('updateSeat', { profileUrl, holderAgreedOn })).toEqual(taken);
    }
    // What is on file was told of another account.
    expect(await desk.refused('updateSeat', { seatId: other, holderAgreedOn: today })).toEqual(['done']);
    expect(await desk.refused('updateSeat', { seatId: other, profileUrl })).toEqual(taken);
    const csv = `holderName,profileUrl,tier,timeZone,agreed\nAda,${profileUrl},Basic,UTC,2020-01-01`;
    const table = await desk.ask(
      `mutation ($csv: String!, $client: ID!) { addSeats(input: { csv: $csv, clientAccountId: $client }) {
        added errors { line column code } } }`,
      { csv, client: desk.client },
    );
    expect(table.addSeats).toEqual({ added: 0, errors: [{ line: 2, column: 'agreed', code: 'INVALID' }] });
    expect(await desk.refused('updateSeat', { seatId: other, profileUrl, holderAgreedOn: today })).toEqual([
      'done',
    ]);
  });

  it('leaves it to the holder: nobody resumes or restores the seat before they have agreed again', async () => {
    const { link } = await createLink();
    await visit(link, 'POST');
    expect(await desk.refused('resumeSeat')).toEqual(['WRONG_STATE input.seatId']);
    expect(await desk.refused('updateSeat', { holderAgreedOn: '2020-01-01' })).toEqual([
      'INVALID input.holderAgreedOn',
    ]);
    await desk.change('removeSeat');
    expect(await desk.change('restoreSeat')).toMatchObject({ seat: { status: 'PAUSED' } });
    expect(await desk.move()).toMatchObject({ seat: { status: 'PAUSED' } });
    expect(await desk.refused('resumeSeat')).toEqual(['WRONG_STATE input.seatId']);
    const today = new Date().toISOString().slice(0, 10);
    expect((await desk.change('updateSeat', { holderAgreedOn: today })).seat).toEqual({
      status: 'PAUSED',
      holderAgreedOn: today,
      holderWithdrewAt: null,
    });
    expect((await desk.change('resumeSeat')).seat.status).toBe('ACTIVE');
    // At any time: the same link stops it again.
    await visit(link, 'POST');
    expect((await state()).seat.status).toBe('PAUSED');
  });

  it('is there for a removed seat too, which comes back paused', async () => {
    const { link } = await createLink();
    await desk.change('removeSeat');
    await visit(link, 'POST');
    expect((await state()).seat).toMatchObject({ status: 'REMOVED', holderAgreedOn: null });
    expect(await desk.change('restoreSeat')).toMatchObject({ seat: { status: 'PAUSED' } });
  });

  it('is opened sixty times at once by one link and no more, and its button works for all that', async () => {
    const [{ link }, { link: newer }] = [await createLink(), await createLink({ revokeOthers: true })];
    const opened = await Promise.all(Array.from({ length: 70 }, () => visit(newer)));
    const told = opened.filter(({ status }) => status === 429);
    // One more comes back with each second that it took.
    expect(told.length).toBeGreaterThan(0);
    expect(opened.length - told.length).toBeGreaterThanOrEqual(60);
    for (const { html, headers } of told) {
      expect(html).toContain('Something is in the way just now');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await visit(link)).status).toBe(404);
    expect((await visit(newer, 'POST')).status).toBe(303);
    expect((await state()).seat.status).toBe('PAUSED');
  });

  it('says that they agreed where it was recorded, and nowhere else', async () => {
    const { link } = await createLink();
    expect((await visit(link)).html).toContain('and has recorded that you agreed to it:');
    await desk.change('updateSeat', { holderAgreedOn: null });
    const { html } = await visit(link);
    expect(html).toContain('has not recorded that you agreed to outreach from this LinkedIn account.');
    expect(html).not.toMatch(/your agreement|agreed to it/);
    expect((await visit(link, 'POST')).status).toBe(303);
    expect((await visit(link)).html).not.toContain('your agreement');
  });

  it('escapes what the agency calls itself', () => {
    const name = `<img src=x onerror="alert('1')">&`;
    const html = stopPage({ agencyName: name, profileUrl: name, hasAgreed: true, withdrewAt: null });
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
  });
});

describe('the link of createHolderLink', () => {
  it('is one seat’s: whatever is altered in it leads nowhere, and changes nothing', async () => {
    const { link } = await createLink();
    const before = await state();
    const token = new URL(link).pathname.slice('/holder/'.length);
    expect((await visit(`/holder/${token}`)).status).toBe(200);
    const altered = [0, 5, 30, 47, 60, token.length - 1].map((place) => {
      const other = token[place] === 'A' ? 'B' : 'A';
      return token.slice(0, place) + other + token.slice(place + 1);
    });
    for (const wrong of [...altered, token.slice(1), `${token}A`, `${token}=`, 'x', desk.seat]) {
      for (const method of ['GET', 'POST']) {
        expect([wrong, (await visit(`/holder/${wrong}`, method)).status]).toEqual([wrong, 404]);
      }
    }
    expect(await state()).toEqual(before);
  });

  it('ends with its generation, and a newer one takes its place', async () => {
    const { link } = await createLink();
    expect((await createLink()).link).toBe(link);
    const newer = (await createLink({ revokeOthers: true })).link;
    expect(newer).not.toBe(link);
    expect((await visit(link)).status).toBe(404);
    expect((await visit(link, 'POST')).status).toBe(404);
    expect((await state()).seat.status).toBe('ACTIVE');
    expect((await visit(newer)).status).toBe(200);
    const given = (await audited()).filter(({ verb }) => verb === 'createHolderLink');
    expect(given.map(({ changes }) => changes.holderLinkGiven)).toEqual([
      { old: null, new: 1 },
      { old: null, new: 1 },
      { old: null, new: 2 },
    ]);
    expect(given[2].changes.holderLinkGeneration).toEqual({ old: 1, new: 2 });
  });

  it('is handed to owners, admins and managers alone, of what they see', async () => {
    for (const role of ['OPERATOR', 'ANALYST', 'CLIENT'] as const) {
      const key = await api.keyOf(desk.agency, role, role === 'CLIENT' ? desk.agency.clientAccount.id : null);
      expect(await createLink({}, key)).toEqual({
        link: null,
        seat: null,
        userErrors: [{ code: 'FORBIDDEN_FOR_ROLE', field: null }],
      });
    }
    const elsewhere = await api.keyOf(desk.agency, 'MANAGER', desk.otherUuid);
    const notFound = [{ code: 'NOT_FOUND', field: ['input', 'seatId'] }];
    expect((await createLink({}, elsewhere)).userErrors).toEqual(notFound);
    expect((await createLink({ seatId: toId('seat', desk.agency.plan.id) })).userErrors).toEqual(notFound);
  });

  it('is still good under the secret before, and under no other one; and leads where HEADROOM_PUBLIC_URL says', async () => {
    const database = await testDatabase();
    const before = 'the secret of before, which is long enough';
    const now = { ...database, secret: Buffer.from('the secret of now, which is long enough') };
    const servers = [
      await Api.start({}, { ...database, secret: Buffer.from(before) }),
      await Api.start(
        { HEADROOM_SECRET_PREVIOUS: before, HEADROOM_PUBLIC_URL: 'https://headroom.example.com' },
        now,
      ),
      await Api.start({}, now),
    ] as const;
    const create = async (server: Api): Promise<string> =>
      (await server.data(desk.agency.key, CREATE, { input: { seatId: desk.seat } })).createHolderLink.link;
    try {
      const link = await create(servers[0]);
      expect(link.startsWith(`${servers[0].url}/holder/`)).toBe(true);
      const statuses = await Promise.all(
        servers.map(async (server) => (await visit(link, 'GET', server)).status),
      );
      expect(statuses).toEqual([200, 200, 404]);
      expect(await create(servers[1])).toMatch(/^https:\/\/headroom\.example\.com\/holder\/[\w-]{92}$/);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  });
});
