import { Api } from '../../support/api.js';
import { CampaignStage } from '../../resolvers/campaign.support.js';

let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

it('a link shows people for as long as it can be answered, and nobody once a newer one has taken its place', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(3, { approvalRequired: true });
  const path = await stage.askForApproval();
  const people = async (link: string): Promise<number> =>
    (await stage.visit(link)).html.match(/<li>First\d+ Last\d+/g)?.length ?? 0;
  expect(await people(path)).toBe(3);
  const newer = await stage.askForApproval();
  expect([await people(path), await people(newer)]).toEqual([0, 3]);
  expect((await stage.visit(path)).html).toContain('3 people of your list');
  expect(await stage.answer(newer, { answer: 'APPROVED', name: 'Ada' })).toBe(303);
  expect(await people(newer)).toBe(3);
  expect(await stage.answer(newer, { answer: 'DECLINED', name: 'Ada' })).toBe(303);
  expect(await people(newer)).toBe(0);
});
