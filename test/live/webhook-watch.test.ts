import { AgenciesReader } from '../../src/ledger/told/agencies-reader.js';
import { BookWatch } from '../../src/live/book-watch.js';
import { HOUR } from '../../src/quota/window.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { done } from '../support/agency.js';
import { courierOn, WebhookStage } from './stage.js';

let stage: WebhookStage;
let closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  stage = await WebhookStage.set();
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});
afterAll(() => stage.close());

/** A courier that looks once in an hour: whatever comes sooner, it was woken for. */
async function woken() {
  const dataSource = await openDataSource(stage.database.appUrl);
  const watcher = new AgenciesReader(stage.database.appUrl);
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  const books = new BookWatch({ read: (agencyIds) => watcher.books(agencyIds), onFailure });
  const wired = courierOn(dataSource, { books, lookEveryMs: HOUR, onFailure });
  closers.push(async () => {
    await wired.courier.close();
    await books.close();
    await watcher.close();
    await dataSource.destroy();
    expect(failures).toEqual([]);
  });
  return { ...wired, watched: (): string[] => [...Reflect.get(books, 'entries').keys()] };
}

it('an alert of an agency that has an endpoint is told when it is raised, not when it is next looked for', async () => {
  const agency = await stage.agency();
  const receiver = await stage.receiver();
  await stage.add(agency, { url: receiver.url });
  const { courier } = await woken();
  await courier.look();
  for (const count of [1, 2, 3]) {
    await stage.raiseMany(agency, 1);
    await receiver.has(count);
    // Its turn is over: what is raised next is found by nobody who is at it anyway.
    await courier.settled();
  }
  expect(receiver.received.map(({ json }) => json.data.alert.sequence)).toEqual([1, 2, 3]);
});

it('the books of agencies are looked at for as long as they have an endpoint to be told', async () => {
  const agency = await stage.agency();
  const { courier, webhooks, watched } = await woken();
  const { agencyId, owner } = agency;
  const receiver = await stage.receiver();
  await courier.look();
  expect(watched()).not.toContain(agencyId);
  // Whoever adds one wakes the courier, which sees that there is one.
  const { webhook } = done(await webhooks.addWebhook(owner, { name: 'Ops', url: receiver.url }));
  await stage.raiseMany(agency, 1);
  await receiver.has(1);
  expect(watched()).toContain(agencyId);
  done(await webhooks.updateWebhook(owner, { webhookId: webhook.id, status: 'PAUSED' }));
  // A look that was under way may still have seen it active.
  while (watched().includes(agencyId)) await courier.look();
});
