import { randomUUID } from 'node:crypto';
import { Api, type Json } from '../support/api.js';
import { codesOf, Outreach, someone, TOLD } from '../support/outreach.js';

let api: Api;
let desk: Outreach;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new Outreach(api, await api.seed({ seat: { openingCredits: 50 } }));
});

describe('the way to a person', () => {
  it('is refused with what would work instead, and kept with the decision', async () => {
    const decision = await desk.reserve('DIRECT_MESSAGE', someone({ degree: 'SECOND' }));
    expect(decision).toMatchObject({
      outcome: 'DENIED',
      retryAt: null,
      reasons: [{ code: 'NOT_CONNECTED' }],
    });
    expect(decision.suggestions).toMatchObject([
      { action: 'INMAIL', seat: null, availableAt: expect.any(String), message: expect.any(String) },
      { action: 'CONNECTION_REQUEST', seat: null },
    ]);
    const kept = await api.data(
      desk.agency.key,
      `query ($id: ID!) { node(id: $id) { ... on Decision { ${TOLD} } } }`,
      {
        id: decision.id,
      },
    );
    expect(kept.node.suggestions).toEqual(decision.suggestions);
  });

  it('is unknown until somebody tells', async () => {
    expect(await desk.reserve('DIRECT_MESSAGE', someone())).toMatchObject({
      reasons: [{ code: 'DEGREE_UNKNOWN', retryAt: null }],
      suggestions: [],
    });
    expect((await desk.reserve('DIRECT_MESSAGE', someone({ degree: 'FIRST' }))).outcome).toBe('ALLOWED');
    expect((await desk.reserve('DIRECT_MESSAGE', someone(), { isReply: true })).outcome).toBe('ALLOWED');
  });

  it('suggests a free message to an open profile, and no credit for it', async () => {
    const { suggestions } = await desk.reserve(
      'DIRECT_MESSAGE',
      someone({ degree: 'THIRD', openProfile: true }),
    );
    expect(suggestions).toMatchObject([
      { action: 'OPEN_PROFILE_MESSAGE', seat: null, message: expect.stringContaining('free') },
      { action: 'CONNECTION_REQUEST' },
    ]);
  });

  it('suggests no InMail to a tier that has no credits', async () => {
    desk = new Outreach(api, await api.seed({ seat: { tier: 'BASIC' } }));
    const { suggestions } = await desk.reserve('DIRECT_MESSAGE', someone({ degree: 'THIRD' }));
    expect(suggestions).toMatchObject([{ action: 'CONNECTION_REQUEST' }]);
  });

  it('tells of an open profile what to tell', async () => {
    const decision = await desk.reserve('OPEN_PROFILE_MESSAGE', someone({ degree: 'SECOND' }));
    expect(decision.reasons).toMatchObject([
      { code: 'NOT_CONNECTED', remedy: expect.stringContaining('openProfile') },
    ]);
    expect((await desk.reserve('OPEN_PROFILE_MESSAGE', someone({ openProfile: true }))).outcome).toBe(
      'ALLOWED',
    );
  });

  it('remembers an invitation however much else is recorded of the person', async () => {
    const person = someone({ degree: 'SECOND' });
    await desk.send('CONNECTION_REQUEST', person);
    expect(codesOf(await desk.reserve('CONNECTION_REQUEST', person))).toContain('ALREADY_INVITED');
    const inputs = Array.from({ length: 25 }, () => ({
      ...{ seatId: desk.seat, action: 'INMAIL', recipient: person },
      ...{ occurredAt: new Date().toISOString(), idempotencyKey: randomUUID() },
    }));
    const record =
      'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { code } } }';
    const { recordActivities } = await api.data(desk.agency.key, record, { inputs });
    expect(recordActivities).toEqual({ recorded: 25, userErrors: [] });
    expect(codesOf(await desk.reserve('CONNECTION_REQUEST', person))).toContain('ALREADY_INVITED');
  });

  it('is a direct message where the person is connected already', async () => {
    const decision = await desk.reserve('CONNECTION_REQUEST', someone({ degree: 'FIRST' }));
    expect(decision).toMatchObject({ retryAt: null, reasons: [{ code: 'ALREADY_CONNECTED' }] });
  });
});

describe('an invitation', () => {
  it('that is held, or sent and not answered, is not sent again by the same seat', async () => {
    const recipient = someone();
    const { reservation } = await desk.reserve('CONNECTION_REQUEST', recipient);
    const again = await desk.reserve('CONNECTION_REQUEST', recipient);
    expect(codesOf(again)).toEqual(['ALREADY_INVITED']);
    await desk.commit(reservation.id);
    const behind = await desk.reserve('CONNECTION_REQUEST', recipient);
    expect(codesOf(behind)).toEqual(['ALREADY_INVITED']);
    expect(Date.parse(behind.retryAt) - Date.parse(again.retryAt)).toBeGreaterThan(179 * 86_400_000);
    const other = await desk.addSeat();
    expect((await desk.reserve('CONNECTION_REQUEST', recipient, { seatId: other })).outcome).toBe('ALLOWED');
  });

  it('that was withdrawn is not sent again for 21 days', async () => {
    const recipient = someone();
    await desk.send('CONNECTION_REQUEST', recipient);
    await desk.send('INVITATION_WITHDRAWAL', recipient);
    const again = await desk.reserve('CONNECTION_REQUEST', recipient);
    expect(codesOf(again)).toEqual(['REINVITE_EMBARGO']);
    expect(Date.parse(again.retryAt) / 86_400_000).toBeCloseTo(Date.now() / 86_400_000 + 21, 1);
  });

  it('that was recorded by mistake and taken out counts nothing', async () => {
    const recipient = someone();
    const input = {
      seatId: desk.seat,
      action: 'CONNECTION_REQUEST',
      recipient,
      occurredAt: new Date(Date.now() - 60_000).toISOString(),
      idempotencyKey: randomUUID(),
    };
    await api.data(
      desk.agency.key,
      'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }',
      { inputs: [input] },
    );
    expect(codesOf(await desk.reserve('CONNECTION_REQUEST', recipient))).toEqual(['ALREADY_INVITED']);
    const { activities } = await api.data(desk.agency.key, '{ activities { nodes { id } } }');
    await api.data(
      desk.agency.key,
      'mutation ($input: VoidActivitiesInput!) { voidActivities(input: $input) { voided } }',
      { input: { activityIds: [activities.nodes[0].id], reason: 'by mistake' } },
    );
    expect((await desk.reserve('CONNECTION_REQUEST', recipient)).outcome).toBe('ALLOWED');
  });

  it('is foreseen by a preview, which makes nobody known', async () => {
    const recipient = someone();
    const preview = async (): Promise<Json> =>
      (
        await api.data(
          desk.agency.key,
          `query ($input: DecisionInput!) { previewDecision(input: $input) { ${TOLD} } }`,
          { input: { seatId: desk.seat, action: 'CONNECTION_REQUEST', recipient } },
        )
      ).previewDecision;
    expect((await preview()).outcome).toBe('ALLOWED');
    expect((await preview()).outcome).toBe('ALLOWED');
    await desk.send('CONNECTION_REQUEST', recipient);
    expect(codesOf(await preview())).toEqual(['ALREADY_INVITED']);
  });
});

it('an InMail that nobody answered is not followed by another one within 90 days', async () => {
  const recipient = someone();
  await desk.send('INMAIL', recipient);
  expect(codesOf(await desk.reserve('INMAIL', recipient))).toContain('AWAITING_REPLY');
  expect(codesOf(await desk.reserve('INMAIL', someone()))).not.toContain('AWAITING_REPLY');
});
