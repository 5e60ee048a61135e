import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { parseKey } from '../../src/tenancy/api-key.js';
import type { Api, Json } from '../support/api.js';
import { CampaignStage } from './campaign.support.js';

const NOTE =
  'Hi {{ first_name }}, I came across your profile while reading about {{ company }} and would be glad to connect.';
const THANKS =
  'Thank you for connecting, {{ first_name }}. What made you choose {{ position }} at {{ company }} back then?';
const STEPS = [
  { key: 'invite', kind: 'CONNECT', variants: [{ key: 'a', body: NOTE }] },
  { key: 'accepted', kind: 'BRANCH', delayMinutes: 10_080, condition: 'ACCEPTED' },
  { key: 'thank', kind: 'MESSAGE', delayMinutes: 60, variants: [{ key: 'a', body: THANKS }] },
];

const TOUCH = 'id step state dueAt claimedUntil endedBecause reservation { id status }';

/** Where the clock stands. */
export interface World {
  readonly api: Api;
  readonly now: () => number;
}

/** Operators of an agency at their queue. */
export class Operators {
  private constructor(
    private readonly world: World,
    readonly stage: CampaignStage,
    readonly keys: string[],
  ) {}

  static async of(world: World, people: number, steps: readonly object[] = STEPS): Promise<Operators> {
    const stage = await CampaignStage.open(world.api);
    await stage.prepare(people);
    await stage.change('setCampaignSteps', { steps });
    const { errors } = await stage.change('launchCampaign');
    expect(errors).toEqual([]);
    const keys = [
      await world.api.keyOf(stage.agency, 'OPERATOR'),
      await world.api.keyOf(stage.agency, 'OPERATOR'),
    ];
    return new Operators(world, stage, keys);
  }

  /** Another key in the place of one of them; as whom it asks. */
  async rotate(who: number): Promise<number> {
    const query = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { secret userErrors { message } } }`;
    const input = { apiKeyId: toId('key', parseKey(this.keys[who]!)!.keyId) };
    const { rotateApiKey } = await this.world.api.data(this.stage.agency.key, query, { input });
    expect(rotateApiKey.userErrors).toEqual([]);
    return this.keys.push(rotateApiKey.secret) - 1;
  }

  async next(first = 20): Promise<Json> {
    const query = `query ($seatId: ID!, $first: Int) { nextTouches(seatId: $seatId, first: $first) {
      touches { at kind action touch { ${TOUCH} } } waiting binding { code retryAt } } }`;
    const variables = { seatId: toId('seat', this.stage.agency.seat.id), first };
    return (await this.world.api.data(this.keys[0]!, query, variables)).nextTouches;
  }

  async claim(
    touchId: string,
    who = 0,
    idempotencyKey: string = randomUUID(),
    more: object = {},
  ): Promise<Json> {
    const query = `mutation ($input: ClaimTouchInput!) { claimTouch(input: $input) {
      touch { ${TOUCH} } decision { outcome retryAt reasons { code } reservation { id status } } subject body profileUrl
      userErrors { code field message } } }`;
    const input = { touchId, idempotencyKey, ...more };
    return (await this.world.api.data(this.keys[who]!, query, { input })).claimTouch;
  }

  async end(verb: 'completeTouch' | 'skipTouch' | 'failTouch', input: object, who = 0): Promise<Json> {
    const type = {
      completeTouch: 'CompleteTouchInput',
      skipTouch: 'TouchInput',
      failTouch: 'FailTouchInput',
    }[verb];
    const query = `mutation ($input: ${type}!) { ${verb}(input: $input) { touch { ${TOUCH} } userErrors { code message } } }`;
    return (await this.world.api.data(this.keys[who]!, query, { input }))[verb];
  }

  async engage(profileUrl: string, kind: string): Promise<void> {
    const query = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { userErrors { message } } }`;
    const seatId = toId('seat', this.stage.agency.seat.id);
    const occurredAt = new Date(this.world.now()).toISOString();
    const input = { seatId, recipientProfileUrl: profileUrl, kind, occurredAt, idempotencyKey: randomUUID() };
    const { recordEngagement } = await this.world.api.data(this.keys[0]!, query, { inputs: [input] });
    expect(recordEngagement.userErrors).toEqual([]);
  }
}
