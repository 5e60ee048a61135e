import { campaignLoaders } from '../../src/resolvers/loaders.js';
import { TEXTS_LENGTH_MAX } from '../../src/resolvers/long-texts.js';
import type { Definition } from '../../src/outreach/campaign/steps.js';
import { PAGE_ROWS_MAX } from '../../src/schema/connection.js';
import type { ApprovalTold } from '../../src/services/campaigns/campaign.reading.js';
import type { Viewer } from '../../src/tenancy/viewer.js';

const LENGTH = 100_000;
const SAYS_MUCH: Definition = {
  v: 1,
  stopOnReply: true,
  steps: [
    {
      ...{ kind: 'MESSAGE', key: 'a', delayMinutes: 0, next: null },
      variants: [{ key: 'a', weight: 1, subject: null, body: 'a'.repeat(LENGTH) }],
    },
  ],
};
const viewer = { agencyId: 'a' } as Viewer;

/** Loaders of an operation, over a reader that answers the same of every campaign; and how many it was asked for at a time. */
function loadersOver<Told extends ApprovalTold>(approval: Told) {
  const asked: number[] = [];
  const answer =
    <Value>(value: Value) =>
    (_: Viewer, names: readonly string[]) => {
      asked.push(names.length);
      return Promise.resolve(new Map(names.map((name) => [name, value])));
    };
  const nothing = () => Promise.resolve(new Map<string, never>());
  const reader = {
    versions: answer(SAYS_MUCH),
    approvals: answer(approval),
    people: nothing,
  };
  return { loaders: campaignLoaders(reader, viewer), asked };
}

const ASKED: ApprovalTold = {
  ...{ state: 'OPEN', version: 1, people: 1, askedAt: 0, askedBy: 'member:a', linkShownTo: null },
  ...{ answeredAt: null, answeredName: null, remark: null },
};
const named = (count: number) => Array.from({ length: count }, (_, index) => `${index} 1`);

it('of campaigns that say much one operation holds no more than there is room for, and reads little beyond', async () => {
  const most = TEXTS_LENGTH_MAX / LENGTH;
  const { loaders } = loadersOver(ASKED);
  expect(await loaders.stepsOfCampaign.loadMany(named(most))).toEqual(Array(most).fill(SAYS_MUCH));
  await expect(loaders.stepsOfCampaign.load('another 1')).rejects.toMatchObject({ code: 'COST_EXCEEDED' });

  const { loaders: others, asked } = loadersOver(ASKED);
  const [refused] = await others.stepsOfCampaign.loadMany(named(1_000));
  expect(refused).toMatchObject({ code: 'COST_EXCEEDED' });
  expect(asked.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(most + PAGE_ROWS_MAX);
});

it('what was asked about is read a page at a time, and not kept', async () => {
  const { loaders, asked } = loadersOver({ ...ASKED, content: SAYS_MUCH });
  const told = await loaders.approvalOfCampaign.loadMany(named(1_000));
  expect(Math.max(...asked)).toBeLessThanOrEqual(PAGE_ROWS_MAX);
  expect(told).toHaveLength(1_000);
  expect(told[999]).toMatchObject({ state: 'OPEN', version: 1 });
  expect(told.filter((one) => one && 'content' in one)).toEqual([]);
});
