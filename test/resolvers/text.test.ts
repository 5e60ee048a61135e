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

describe('TEXT_TOO_LONG', () => {
  it('counts UTF-16 code units: an emoji is two, and the last that fits fits', async () => {
    const fits = '👋'.repeat(150);
    const note = { action: 'CONNECTION_REQUEST' };
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

it('P4: a refusal of a text is told again as it was', async () => {
  const input = {
    ...question({ subject: 'For [Name]', body: 'x'.repeat(8_001) }),
    idempotencyKey: randomUUID(),
  };
  const first = await reserve(input);
  expect(first.reasons.map(({ code }: Json) => code)).toEqual(['TEXT_TOO_LONG', 'PLACEHOLDER_LEFT']);
  expect(await reserve(input)).toEqual({ ...first, replayed: true });
});
