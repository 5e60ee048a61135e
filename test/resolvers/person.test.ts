import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;
let seat: string;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  seat = toId('seat', agency.seat.id);
});

const TOLD = `outcome retryAt reasons { code message remedy retryAt } suggestions { action availableAt message seat { id } }
  reservation { id status releasedBecause }`;
const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { id ${TOLD} } userErrors { code } } }`;
const COMMIT = `mutation ($id: ID!) { commitReservation(input: { reservationId: $id }) { userErrors { code } } }`;

interface Recipient {
  readonly profileUrl: string;
  readonly degree?: string;
  readonly openProfile?: boolean;
  readonly company?: string;
  readonly companyDomain?: string;
}

function someone(more: Partial<Recipient> = {}): Recipient {
  return { profileUrl: `https://www.linkedin.com/in/${randomUUID()}`, ...more };
}

async function reserve(
  action: string,
  recipient: Recipient,
  more: object = {},
  key = agency.key,
): Promise<Json> {
  const input = { seatId: seat, action, recipient, idempotencyKey: randomUUID(), ...more };
  return (await api.data(key, RESERVE, { input })).reserve.decision;
}

async function send(action: string, recipient: Recipient): Promise<Json> {
  const decision = await reserve(action, recipient);
  await api.data(agency.key, COMMIT, { id: decision.reservation.id });
  return decision;
}

const codesOf = ({ reasons }: Json): string[] => reasons.map(({ code }: Json) => code);

async function addSeat(): Promise<string> {
  const { seats } = servicesOn(api.dataSource);
  return toId('seat', done(await seats.addSeat(agency.owner, newSeat(agency.clientAccount.id))).id);
}

describe('the way to a person', () => {
  it('is refused with what would work instead, and kept with the decision', async () => {
    const decision = await reserve('DIRECT_MESSAGE', someone({ degree: 'SECOND' }));
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
      agency.key,
      `query ($id: ID!) { node(id: $id) { ... on Decision { ${TOLD} } } }`,
      {
        id: decision.id,
      },
    );
    expect(kept.node.suggestions).toEqual(decision.suggestions);
  });

  it('is unknown until somebody tells', async () => {
    expect(await reserve('DIRECT_MESSAGE', someone())).toMatchObject({
      reasons: [{ code: 'DEGREE_UNKNOWN', retryAt: null }],
      suggestions: [],
    });
    expect((await reserve('DIRECT_MESSAGE', someone({ degree: 'FIRST' }))).outcome).toBe('ALLOWED');
    expect((await reserve('DIRECT_MESSAGE', someone(), { isReply: true })).outcome).toBe('ALLOWED');
  });

  it('suggests no InMail to a tier that has no credits', async () => {
    agency = await api.seed({ seat: { tier: 'BASIC' } });
    seat = toId('seat', agency.seat.id);
    const { suggestions } = await reserve('DIRECT_MESSAGE', someone({ degree: 'THIRD' }));
    expect(suggestions).toMatchObject([{ action: 'CONNECTION_REQUEST' }]);
  });

  it('tells of an open profile what to tell', async () => {
    const decision = await reserve('OPEN_PROFILE_MESSAGE', someone({ degree: 'SECOND' }));
    expect(decision.reasons).toMatchObject([
      { code: 'NOT_CONNECTED', remedy: expect.stringContaining('openProfile') },
    ]);
    expect((await reserve('OPEN_PROFILE_MESSAGE', someone({ openProfile: true }))).outcome).toBe('ALLOWED');
  });

  it('is a direct message where the person is connected already', async () => {
    const decision = await reserve('CONNECTION_REQUEST', someone({ degree: 'FIRST' }));
    expect(decision).toMatchObject({ retryAt: null, reasons: [{ code: 'ALREADY_CONNECTED' }] });
  });
});

describe('an invitation', () => {
  it('that is held, or sent and not answered, is not sent again by the same seat', async () => {
    const recipient = someone();
    const { reservation } = await reserve('CONNECTION_REQUEST', recipient);
    const again = await reserve('CONNECTION_REQUEST', recipient);
    expect(codesOf(again)).toEqual(['ALREADY_INVITED']);
    await api.data(agency.key, COMMIT, { id: reservation.id });
    const behind = await reserve('CONNECTION_REQUEST', recipient);
    expect(codesOf(behind)).toEqual(['ALREADY_INVITED']);
    expect(Date.parse(behind.retryAt) - Date.parse(again.retryAt)).toBeGreaterThan(179 * 86_400_000);
    const other = await addSeat();
    expect((await reserve('CONNECTION_REQUEST', recipient, { seatId: other })).outcome).toBe('ALLOWED');
  });

  it('that was withdrawn is not sent again for 21 days', async () => {
    const recipient = someone();
    await send('CONNECTION_REQUEST', recipient);
    await send('INVITATION_WITHDRAWAL', recipient);
    const again = await reserve('CONNECTION_REQUEST', recipient);
    expect(codesOf(again)).toEqual(['REINVITE_EMBARGO']);
    expect(Date.parse(again.retryAt) / 86_400_000).toBeCloseTo(Date.now() / 86_400_000 + 21, 1);
  });

  it('that was recorded by mistake and taken out counts nothing', async () => {
    const recipient = someone();
    const input = {
      seatId: seat,
      action: 'CONNECTION_REQUEST',
      recipient,
      occurredAt: new Date(Date.now() - 60_000).toISOString(),
      idempotencyKey: randomUUID(),
    };
    await api.data(
      agency.key,
      'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }',
      { inputs: [input] },
    );
    expect(codesOf(await reserve('CONNECTION_REQUEST', recipient))).toEqual(['ALREADY_INVITED']);
    const { activities } = await api.data(agency.key, '{ activities { nodes { id } } }');
    await api.data(
      agency.key,
      'mutation ($input: VoidActivitiesInput!) { voidActivities(input: $input) { voided } }',
      { input: { activityIds: [activities.nodes[0].id], reason: 'by mistake' } },
    );
    expect((await reserve('CONNECTION_REQUEST', recipient)).outcome).toBe('ALLOWED');
  });

  it('is foreseen by a preview, which makes nobody known', async () => {
    const recipient = someone();
    const preview = async (): Promise<Json> =>
      (
        await api.data(
          agency.key,
          `query ($input: DecisionInput!) { previewDecision(input: $input) { ${TOLD} } }`,
          { input: { seatId: seat, action: 'CONNECTION_REQUEST', recipient } },
        )
      ).previewDecision;
    expect((await preview()).outcome).toBe('ALLOWED');
    expect((await preview()).outcome).toBe('ALLOWED');
    await send('CONNECTION_REQUEST', recipient);
    expect(codesOf(await preview())).toEqual(['ALREADY_INVITED']);
  });
});

it('an InMail that nobody answered is not followed by another one within 90 days', async () => {
  const recipient = someone();
  await send('INMAIL', recipient);
  expect(codesOf(await reserve('INMAIL', recipient))).toContain('AWAITING_REPLY');
  expect(codesOf(await reserve('INMAIL', someone()))).not.toContain('AWAITING_REPLY');
});
