import { randomUUID } from 'node:crypto';
import { Api } from '../support/api.js';
import { Outreach, someone } from '../support/outreach.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { outcome } userErrors { code field } } }`;
const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { code field } } }`;
const ENGAGE = `mutation ($inputs: [EngagementInput!]!) {
  recordEngagement(inputs: $inputs) { results { matched } userErrors { code field } } }`;

interface Asked {
  readonly query: string;
  /** What it takes besides the seat and the key, and where the key stands. */
  readonly variables: (input: object) => object;
  readonly field: readonly string[];
  readonly nothing: object;
}

const person = someone();
const occurredAt = new Date().toISOString();
const ASKED: Record<string, Asked> = {
  reserve: {
    query: RESERVE,
    variables: (input) => ({ input: { ...input, action: 'PROFILE_VIEW', recipient: person } }),
    field: ['input', 'idempotencyKey'],
    nothing: { decision: null },
  },
  recordActivities: {
    query: RECORD,
    variables: (input) => ({ inputs: [{ ...input, action: 'PROFILE_VIEW', recipient: person, occurredAt }] }),
    field: ['inputs', '0', 'idempotencyKey'],
    nothing: { recorded: 0 },
  },
  recordEngagement: {
    query: ENGAGE,
    variables: (input) => ({
      inputs: [{ ...input, kind: 'REPLIED', recipientProfileUrl: person.profileUrl, occurredAt }],
    }),
    field: ['inputs', '0', 'idempotencyKey'],
    nothing: { results: [] },
  },
};

it.each(Object.keys(ASKED))(
  '%s takes none of the keys by which the work queue asks for a touch',
  async (name) => {
    const { agency, seat } = new Outreach(api, await api.seed());
    const { query, variables, field, nothing } = ASKED[name]!;
    const ask = async (idempotencyKey: string) =>
      (await api.data(agency.key, query, variables({ seatId: seat, idempotencyKey })))[name];
    for (const claim of ['1', '12', '3 late']) {
      expect(await ask(`touch ${randomUUID()} ${claim}`)).toEqual({
        ...nothing,
        userErrors: [{ code: 'INVALID', field }],
      });
    }
    expect((await ask('touch 1')).userErrors).toEqual([]);
  },
);
