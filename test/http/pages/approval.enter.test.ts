import type { Browser } from 'playwright-core';
import { Api } from '../../support/api.js';
import { launchBrowser, openOffline, type OfflinePage } from '../../support/browser.js';
import { CampaignStage } from '../../resolvers/campaign.support.js';

/** The page of an approval in a browser, which sends a form by its first button where somebody presses Enter in a field. */
let api: Api;
let browser: Browser;
let stage: CampaignStage;
let offline: OfflinePage;

beforeAll(async () => {
  [api, browser] = await Promise.all([Api.start(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await api?.close();
});
beforeEach(async () => {
  stage = await CampaignStage.open(api);
  await stage.prepare(1, { approvalRequired: true });
  offline = await openOffline(browser);
});
afterEach(() => offline.close());

const state = async (): Promise<string> => (await stage.read('approval { state }')).approval.state;
const sent = (): number => offline.requests.filter(({ method }) => method === 'POST').length;

it('Enter in the name decides nothing, neither before the answer nor after it; the buttons do, also by Enter', async () => {
  const { page } = offline;
  await page.goto(`${api.url}${await stage.askForApproval()}`);
  const enterName = async (): Promise<void> => {
    await page.fill('[name=name]', 'Cleo');
    await page.press('[name=name]', 'Enter');
  };
  await enterName();
  expect([await state(), sent()]).toEqual(['OPEN', 0]);
  await page.press('button:has-text("Approve")', 'Enter');
  await page.waitForSelector('[role=status]');
  expect(await page.innerText('[role=status]')).toMatch(/^Approved by Cleo/);
  await enterName();
  expect([await state(), sent()]).toEqual(['APPROVED', 1]);
  await page.click('button:has-text("Take the approval back")');
  await page.waitForSelector('[role=status]:has-text("Declined by Cleo")');
  expect(await state()).toBe('DECLINED');
});

it('a form that no button sent decides nothing, and the page says what to do', async () => {
  const path = await stage.askForApproval();
  for (const form of [{ name: 'Cleo' }, { name: 'Cleo', answer: '' }, { name: 'Cleo', answer: 'approved' }]) {
    const answer = await fetch(`${api.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });
    expect([answer.status, /role="alert"><strong>([^<]*)/.exec(await answer.text())?.[1]]).toEqual([
      409,
      'Nothing was answered: press one of the buttons.',
    ]);
  }
  expect(await state()).toBe('OPEN');
});
