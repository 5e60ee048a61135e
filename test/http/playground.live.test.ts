import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { toId } from '../../src/schema/ids.js';
import { raiseAlerts } from '../live/alerts.support.js';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { launchBrowser, openOffline, type OfflinePage } from '../support/browser.js';

const PLAY = '[title="Execute Query (Ctrl-Enter)"]';

let api: Api;
let browser: Browser;
let offline: OfflinePage;
let agency: SeededAgency;

beforeAll(async () => {
  [api, browser] = await Promise.all([Api.start(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await api?.close();
});
beforeEach(async () => {
  offline = await openOffline(browser);
  agency = await api.seed();
});
afterEach(() => offline.close());

it('shows an alert in one tab of the browser that a mutation in another raised', async () => {
  const listening = offline.page;
  await openPlayground(listening, agency.key);
  await listening.click('text="Live alerts"');
  await listening.click(PLAY);
  await untilListening(listening);

  const acting = await listening.context().newPage();
  await openPlayground(acting, agency.key);
  const seatId = toId('seat', agency.seat.id);
  await writeInto(
    acting,
    `mutation { reportRestriction(input: { seatId: "${seatId}", kind: TEMPORARY }) { userErrors { code message } } }`,
  );
  await acting.click(PLAY);
  await acting.getByText('"userErrors": []').waitFor();
  await listening.getByText('"SEAT_RESTRICTED"').waitFor();
  expect(offline.faults).toEqual([]);
}, 120_000);

it('tells why a socket is refused', async () => {
  const { page } = offline;
  await openPlayground(page, agency.key);
  await page.fill('#key', 'hr_live_unknown');
  await page.click('text="Live alerts"');
  await page.click(PLAY);
  await page.getByText('The socket was closed: 4403').waitFor();
}, 60_000);

/** Once some alert is told: whatever is raised from then on is told. */
async function untilListening(page: Page): Promise<void> {
  const told = page.getByText('"SEAT_IDLE"').first();
  while (!(await told.isVisible())) {
    await raiseAlerts(api.dataSource, agency.agencyId);
    await pause(200);
  }
}

async function openPlayground(page: Page, key: string): Promise<void> {
  await page.goto(`${api.url}/playground`);
  await page.waitForSelector(PLAY);
  await page.fill('#key', key);
  await page.press('#key', 'Tab');
  await page.evaluate(`new Promise((resolve) => {
    const look = () => globalThis.p?.state.schema !== undefined ? resolve() : requestAnimationFrame(look);
    look();
  })`);
}

async function writeInto(page: Page, text: string): Promise<void> {
  await page.locator('.graphiql-wrapper .CodeMirror').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}
