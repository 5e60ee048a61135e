import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
});

const DECISION =
  'outcome replayed retryAt certainAt reasons { code message remedy retryAt } warnings { code message }';

function question(message: object, more: object = {}): object {
  return {
    seatId: toId('seat', agency.seat.id),
    action: 'DIRECT_MESSAGE',
    recipient: { profileUrl: `linkedin.com/in/${randomUUID()}`, degree: 'FIRST' },
    message,
    ...more,
  };
}

async function ask(input: object): Promise<Json> {
  const query = `query ($input: DecisionInput!) { previewDecision(input: $input) { ${DECISION} } }`;
  return (await api.data(agency.key, query, { input })).previewDecision;
}

async function reserve(input: object): Promise<Json> {
  const query = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { ${DECISION} } } }`;
  return (await api.data(agency.key, query, { input: { idempotencyKey: randomUUID(), ...input } })).reserve
    .decision;
}

/** The id of the hold of a request, which has to be allowed. */
async function hold(input: object): Promise<string> {
  const query = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { reservation { id } } } }`;
  const answer = await api.data(agency.key, query, { input: { idempotencyKey: randomUUID(), ...input } });
  return answer.reserve.decision.reservation.id;
}

describe('TEXT_TOO_LONG', () => {
  it('counts UTF-16 code units: an emoji is two, and the last that fits fits', async () => {
    const fits = '👋'.repeat(150);
    const recipient = { profileUrl: 'linkedin.com/in/somebody-new', degree: 'SECOND' };
    const note = { action: 'CONNECTION_REQUEST', recipient };
    expect(await ask(question({ body: fits }, note))).toMatchObject({ outcome: 'ALLOWED' });
    for (const answer of [ask, reserve]) {
      expect(await answer(question({ body: `${fits}.` }, note))).toMatchObject({
        outcome: 'DENIED',
        retryAt: null,
        certainAt: null,
        reasons: [
          {
            code: 'TEXT_TOO_LONG',
            message: 'The body has 301 characters; 300 are the most.',
            remedy: 'Shorten the text.',
            retryAt: null,
          },
        ],
      });
    }
  });

  it('holds for an answer too; a long message is a warning', async () => {
    const isReply = { isReply: true };
    expect(await ask(question({ body: 'x'.repeat(8_001) }, isReply))).toMatchObject({ outcome: 'DENIED' });
    expect(await ask(question({ body: 'x'.repeat(3_000) }, isReply))).toMatchObject({
      outcome: 'ALLOWED',
      warnings: [
        { code: 'TEXT_TOO_LONG', message: 'The body has 3000 characters; from 3000 on it is long.' },
      ],
    });
  });
});

describe('PLACEHOLDER_LEFT', () => {
  it.each([false, true])(
    'is refused, in an answer too (%s), and allowed once it is filled in',
    async (isReply) => {
      expect(await reserve(question({ body: 'Hi {{name}}, a question.' }, { isReply }))).toMatchObject({
        outcome: 'DENIED',
        retryAt: null,
        reasons: [
          {
            code: 'PLACEHOLDER_LEFT',
            message: 'The body still has a placeholder at character 4.',
            remedy: 'Fill in every placeholder for this person.',
          },
        ],
      });
      expect(await reserve(question({ body: 'Hi Ada, a question.' }, { isReply }))).toMatchObject({
        outcome: 'ALLOWED',
      });
    },
  );
});

describe('NOT_PERSONALIZED', () => {
  const ada = (name = randomUUID()) => ({ profileUrl: `linkedin.com/in/${name}`, degree: 'FIRST' });
  const toPerson = (recipient: object, variables: string[] | null, more: object = {}) =>
    question({ body: 'Hello there.', variables }, { recipient, ...more });
  const refusal = {
    outcome: 'DENIED',
    retryAt: null,
    reasons: [
      {
        code: 'NOT_PERSONALIZED',
        message: 'Nothing in this first message is of the person.',
        remedy: 'Put something into the text that is true of this person alone.',
      },
    ],
  };

  it('refuses a first touch without a variable, by previewDecision too, and not what is not told', async () => {
    for (const answer of [ask, reserve]) {
      expect(await answer(toPerson(ada(), []))).toMatchObject(refusal);
      expect(await answer(toPerson(ada(), [' ']))).toMatchObject(refusal);
      expect(await answer(toPerson(ada(), [], { isReply: true }))).toMatchObject({ outcome: 'ALLOWED' });
      expect(await answer(toPerson(ada(), ['Ada']))).toMatchObject({ outcome: 'ALLOWED' });
      expect(await answer(toPerson(ada(), null))).toMatchObject({ outcome: 'ALLOWED' });
    }
  });

  it('knows of a first touch by every address of the person', async () => {
    const [person, lead] = [
      ada(),
      { profileUrl: `linkedin.com/sales/lead/ACwAAA${randomUUID().slice(0, 8)}abcDEF`, degree: 'FIRST' },
    ];
    for (const recipient of [person, lead])
      expect(await reserve(toPerson(recipient, null, { action: 'PROFILE_VIEW' }))).toMatchObject({
        outcome: 'ALLOWED',
      });
    const both = { profileUrl: person.profileUrl, salesNavigatorUrl: lead.profileUrl };
    const input = { clientAccountId: toId('client', agency.clientAccount.id), prospects: [both] };
    const ADD = `mutation ($input: AddProspectsInput!) { addProspects(input: $input) { added } }`;
    expect((await api.data(agency.key, ADD, { input })).addProspects.added).toBe(1);
    expect(await ask(toPerson(person, []))).toMatchObject(refusal);
    await hold(toPerson(lead, ['Ada']));
    for (const answer of [ask, reserve])
      for (const recipient of [person, lead])
        expect(await answer(toPerson(recipient, []))).toMatchObject({ outcome: 'ALLOWED' });
  });

  it('allows it behind a live hold of the seat, and refuses it again once that is released', async () => {
    const person = ada();
    expect(await reserve(toPerson(person, null, { action: 'PROFILE_VIEW' }))).toMatchObject({
      outcome: 'ALLOWED',
    });
    expect(await ask(toPerson(person, []))).toMatchObject(refusal);
    const first = await hold(toPerson(person, ['Ada']));
    for (const answer of [ask, reserve])
      expect(await answer(toPerson(person, []))).toMatchObject({ outcome: 'ALLOWED' });
    const held = await api.data(agency.key, '{ reservations(statuses: [HELD]) { nodes { id action } } }');
    const ids = held.reservations.nodes.filter(({ action }: Json) => action === 'DIRECT_MESSAGE');
    expect(ids.map(({ id }: Json) => id)).toContain(first);
    const inputs = ids.map(({ id }: Json) => ({ reservationId: id }));
    await api.data(
      agency.key,
      'mutation ($inputs: [ReleaseReservationInput!]!) { releaseReservations(inputs: $inputs) { userErrors { code } } }',
      { inputs },
    );
    expect(await reserve(toPerson(person, []))).toMatchObject(refusal);
  });

  it('allows it after a send, recorded ones too, and refuses it again once that is voided', async () => {
    const person = ada();
    const record = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }`;
    const inputs = [
      {
        seatId: toId('seat', agency.seat.id),
        action: 'INMAIL',
        recipient: { profileUrl: person.profileUrl },
        occurredAt: '2026-01-01T00:00:00Z',
        idempotencyKey: randomUUID(),
      },
    ];
    await api.data(agency.key, record, { inputs });
    expect(await ask(toPerson(person, []))).toMatchObject({ outcome: 'ALLOWED' });
    const { activities } = await api.data(agency.key, '{ activities(first: 1) { nodes { id } } }');
    const voids =
      'mutation ($ids: [ID!]!) { voidActivities(input: { activityIds: $ids, reason: "wrong" }) { voided } }';
    await api.data(agency.key, voids, { ids: [activities.nodes[0].id] });
    expect(await reserve(toPerson(person, []))).toMatchObject(refusal);
  });

  it('sees what the requests before it in a batch hold, of the same seat and person alone', async () => {
    const [person, other] = [ada(), ada()];
    const many = [toPerson(person, []), toPerson(person, null), toPerson(person, []), toPerson(other, [])];
    const query =
      'mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) { decision { outcome } } }';
    const inputs = many.map((input) => ({ ...input, idempotencyKey: randomUUID() }));
    const { reserveMany } = await api.data(agency.key, query, { inputs });
    expect(reserveMany.map(({ decision }: Json) => decision.outcome)).toEqual([
      'DENIED',
      'ALLOWED',
      'ALLOWED',
      'DENIED',
    ]);
  });

  it('is asked of the seat by itself: what another agency sent is nothing to it', async () => {
    const person = ada();
    await hold(toPerson(person, ['Ada']));
    agency = await api.seed();
    expect(await reserve(toPerson(person, []))).toMatchObject(refusal);
  });
});

it('P4: a refusal of a text is told again as it was', async () => {
  const input = {
    ...question({ subject: 'For [Name]', body: 'x'.repeat(8_001) }),
    idempotencyKey: randomUUID(),
  };
  const first = await reserve(input);
  expect(first.reasons.map(({ code }: Json) => code)).toEqual(['TEXT_TOO_LONG', 'PLACEHOLDER_LEFT']);
  expect(await reserve(input)).toEqual({ ...first, replayed: true });
});

describe('a text that is longer than any that is looked at', () => {
  const TOO_LONG = 'a'.repeat(10_001);
  const RESERVE = `mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) {
    decision { outcome } userErrors { code field message } } }`;

  it.each<[string, string, object]>([
    ['message.body', 'message.body has 10001 characters, 10000 at most.', { body: TOO_LONG }],
    [
      'message.subject',
      'message.subject has 10001 characters, 10000 at most.',
      { subject: TOO_LONG, body: 'Hi' },
    ],
    [
      'message.variables.1',
      'message.variables.1 has 10001 characters, 10000 at most.',
      { body: 'Hi', variables: ['a', TOO_LONG] },
    ],
    [
      'message.variables',
      'message.variables are 100 at most.',
      { body: 'Hi', variables: Array.from({ length: 101 }, () => 'a') },
    ],
  ])('is INVALID at %s, and spoils no other', async (field, said, message) => {
    const wrong = question(message);
    const inputs = [wrong, question({ body: 'Hi Ada, I read your post.', variables: ['Ada'] })];
    const withKeys = inputs.map((input) => ({ ...input, idempotencyKey: randomUUID() }));
    const { reserveMany } = await api.data(agency.key, RESERVE, { inputs: withKeys });
    expect(reserveMany).toEqual([
      {
        decision: null,
        userErrors: [{ code: 'INVALID', field: ['inputs', '0', ...field.split('.')], message: said }],
      },
      { decision: { outcome: 'ALLOWED' }, userErrors: [] },
    ]);
    const query = 'query ($input: DecisionInput!) { previewDecision(input: $input) { outcome } }';
    const { errors } = await api.ask(agency.key, query, { input: wrong });
    expect(errors).toMatchObject([{ message: said, extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('the longest one is looked at, and is too long for LinkedIn', async () => {
    const { outcome, reasons } = await reserve(question({ body: 'a'.repeat(10_000) }));
    expect([outcome, reasons[0].code]).toEqual(['DENIED', 'TEXT_TOO_LONG']);
  });
});
