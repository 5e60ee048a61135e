import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openKeyedOffice, type KeyedOffice } from '../faults/keyed-office.js';
import { Served } from '../faults/served.js';
import type { Json } from '../support/api.js';
import { freePort } from '../support/free-port.js';

/** Every block of docs/crm.md, run in its order against a server of its own that is killed in between. */

const ENVIRONMENT = { HEADROOM_ALLOW_LOOPBACK: 'on', HEADROOM_SWEEP: 'off' };
const ALL_DAY = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };

let folder: string;
let page: string;
let server: Served;
let office: KeyedOffice;
let crm: ChildProcess | null = null;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headroom-crm-'));
  page = await readFile('docs/crm.md', 'utf8');
  server = await Served.start(join(folder, 'data'), ENVIRONMENT);
  office = await openKeyedOffice(join(folder, 'data'), 1);
}, 120_000);
afterAll(async () => {
  await stopCrm();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The blocks of a language, in their order. */
function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, text = '']) => text,
  );
}

async function ask(query: string, variables: object = {}): Promise<Json> {
  const { data, errors } = await server.ask<Json>(office.key, query, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  const refused = /"userErrors":\[\{[^\]]*\]/.exec(JSON.stringify(data));
  if (refused) throw new Error(refused[0]);
  return data;
}

function mutate(name: string, input: object, select: string): Promise<Json> {
  const type = /^(launchCampaign|skipTouch)$/.test(name)
    ? { launchCampaign: 'CampaignInput', skipTouch: 'TouchInput' }[name]
    : `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${select} userErrors { code message field } } }`;
  return ask(query, { input }).then((data) => data[name]);
}

/** What a block of the shell prints. */
async function shell(block: string, environment: NodeJS.ProcessEnv): Promise<Json> {
  const env = { PATH: process.env['PATH'], ...environment };
  const { stdout } = await promisify(execFile)('sh', ['-c', block], { env });
  return JSON.parse(stdout);
}

async function startCrm(secret: string, port: number): Promise<void> {
  crm = spawn(process.execPath, [join(folder, 'crm.mjs')], {
    env: { WEBHOOK_SECRET: secret, PORT: String(port), CONTACTS_FILE: join(folder, 'contacts.json') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface(crm.stdout!), 'line');
}

async function stopCrm(): Promise<void> {
  const child = crm;
  if (!child) return;
  crm = null;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

/** The CRM's contact, once it is as it should be. */
async function contact(port: number, slug: string, isThere: (contact: Json) => boolean): Promise<Json> {
  for (;;) {
    const contacts = (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Json;
    const found = contacts[`https://www.linkedin.com/in/${slug}-example`];
    if (found && isThere(found)) return found;
    await pause(50);
  }
}

const WHO = 'prospect { profileUrl customFields { value } }';

/** The next touch of a seat, and whose it is: the name in their address, and the CRM's own reference. */
async function nextTouch(seatId: string): Promise<{ touchId: string; slug: string; crmId: string }> {
  const query = `query ($id: ID!) { nextTouches(seatId: $id) { touches { touch { id ${WHO} } } binding { code } } }`;
  const { nextTouches } = await ask(query, { id: seatId });
  const [next] = nextTouches.touches;
  if (!next) throw new Error(JSON.stringify(nextTouches));
  const { profileUrl, customFields } = next.touch.prospect;
  const [, slug = ''] = /\/in\/(\w+)-example$/.exec(profileUrl) ?? [];
  return { touchId: next.touch.id, slug, crmId: customFields[0].value };
}

it('docs/crm.md: contacts come in once, and what happens to them goes out once, whoever is killed', async () => {
  const [addWebhook = '', addSource = '', addPages = ''] = blocks('graphql');
  const [bulk = '', pages = ''] = blocks('sh');
  const variables = { client: office.clientAccountId };
  const [seatId = ''] = office.seatIds;
  await mutate('updateSeat', { seatId, workingHours: ALL_DAY }, 'seat { id }');

  // In: the bulk of the page, twice.
  const { addInboundSource } = await ask(addSource, variables);
  const environment = { INBOUND_URL: addInboundSource.url };
  const documented = JSON.parse(/^# (\{.*)$/m.exec(bulk)?.[1] ?? '');
  expect(await shell(bulk, environment)).toEqual(documented);
  const again = await shell(bulk, environment);
  expect(again).toMatchObject({ counted: 0, alreadyKnown: 3, unread: 1 });
  expect(again.outcomes.map(({ outcome }: Json) => outcome)).toEqual([
    ...['ALREADY_KNOWN', 'ALREADY_KNOWN', 'PERSON_UNREADABLE', 'ALREADY_KNOWN'],
  ]);

  // And its pages, from what answers as a CRM does.
  const properties = {
    firstname: 'Cy',
    company: null,
    hs_linkedin_url: 'https://linkedin.com/in/cy-example/',
  };
  const results = [
    { id: '105', properties },
    { id: '106', properties: { firstname: 'No', hs_linkedin_url: '' } },
  ];
  const stand = createServer((_, response) => response.end(JSON.stringify({ results }))).listen(
    0,
    '127.0.0.1',
  );
  await once(stand, 'listening');
  const source = await ask(addPages, variables);
  const crmUrl = `http://127.0.0.1:${(stand.address() as AddressInfo).port}/`;
  const ofPages = { INBOUND_URL: source.addInboundSource.url, CRM_URL: crmUrl, CRM_TOKEN: 'token' };
  const told = [];
  for (let times = 0; times < 2; times += 1) told.push((await shell(pages, ofPages)).outcomes);
  stand.close();
  expect(told).toEqual([
    [{ outcome: 'COUNTED' }, { outcome: 'NO_PERSON' }],
    [{ outcome: 'ALREADY_KNOWN' }, { outcome: 'NO_PERSON' }],
  ]);
  const list = `query ($client: ID!) { prospects(clientAccountId: $client) {
    totalCount nodes { firstName company tags customFields { name value } doNotContact } }
    unreadEvents { nodes { why } } }`;
  const { prospects, unreadEvents } = await ask(list, variables);
  expect(prospects.totalCount).toBe(3);
  expect(prospects.nodes.find(({ firstName }: Json) => firstName === 'Ada')).toEqual({
    ...{ firstName: 'Ada', company: 'Acme', tags: ['crm'], doNotContact: false },
    customFields: [{ name: 'crmId', value: '101' }],
  });
  expect(unreadEvents.nodes.map(({ why }: Json) => why).sort()).toEqual(['NO_PERSON', 'PERSON_UNREADABLE']);

  // Out: the receiver of the page.
  const [code = ''] = blocks('js');
  await writeFile(join(folder, 'crm.mjs'), code);
  const port = await freePort();
  const added = await ask(addWebhook, { ...variables, url: `http://127.0.0.1:${port}/` });
  const { secret, webhook } = added.addWebhook;
  await startCrm(secret, port);
  await launch(seatId);
  const { touchId, slug, crmId } = await nextTouch(seatId);
  const { decision } = await mutate(
    'claimTouch',
    { touchId, idempotencyKey: touchId },
    'decision { outcome }',
  );
  expect(decision).toEqual({ outcome: 'ALLOWED' });
  await mutate('completeTouch', { touchId }, 'touch { state }');
  const isTouched = ({ lastTouch }: Json): boolean => lastTouch !== null;
  expect(await contact(port, slug, isTouched)).toMatchObject({
    ...{ crmId, lastTouch: { what: 'PROFILE_VIEW DONE' }, lastEngagement: null },
  });
  const inputs = ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z'].map((occurredAt, index) => ({
    ...{
      seatId,
      recipientProfileUrl: `linkedin.com/in/${slug}-example`,
      kind: index === 0 ? 'REPLIED' : 'OPTED_OUT',
    },
    ...{ occurredAt, idempotencyKey: occurredAt },
  }));
  await ask(
    'mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { userErrors { code } } }',
    {
      inputs,
    },
  );
  const isWhole = ({ timeline }: Json): boolean => Object.keys(timeline).length === 3;
  expect((await contact(port, slug, isWhole)).lastEngagement).toEqual({
    ...{ what: 'REPLIED', at: '2026-01-02T00:00:00.000Z' },
  });

  // The CRM is away; the touch is in the books, and then everything is killed.
  await stopCrm();
  const last = await nextTouch(seatId);
  await mutate('skipTouch', { touchId: last.touchId }, 'touch { state }');
  await server.killAll();
  await startCrm(secret, port);
  server = await Served.start(join(folder, 'data'), ENVIRONMENT);
  const late = await contact(port, last.slug, isTouched);
  expect(late).toMatchObject({ crmId: last.crmId, lastTouch: { what: 'PROFILE_VIEW SKIPPED' } });
  expect(Object.keys(late.timeline)).toEqual([last.touchId]);
  const log = `query ($id: ID!) { node(id: $id) { ... on Webhook { deliveries { nodes { event subjectId status } } } } }`;
  for (;;) {
    const { nodes } = (await ask(log, { id: webhook.id })).node.deliveries;
    if (nodes.some(({ status }: Json) => status === 'WAITING')) continue;
    const ofTouch = nodes.filter(({ subjectId }: Json) => subjectId === last.touchId);
    expect(ofTouch).toEqual([{ event: 'touch.skipped', subjectId: last.touchId, status: 'DELIVERED' }]);
    break;
  }
}, 240_000);

/** A campaign for whomever the CRM sent. */
async function launch(seatId: string): Promise<void> {
  const name = { name: 'From the CRM', clientAccountId: office.clientAccountId, seatIds: [seatId] };
  const { campaign } = await mutate('createCampaign', name, 'campaign { id }');
  const campaignId = campaign.id;
  const grounds = { purpose: 'To meet', lawfulBasis: 'LEGITIMATE_INTERESTS', dataSource: 'The CRM' };
  await mutate('updateCampaign', { campaignId, audienceTags: ['crm'], ...grounds }, 'campaign { id }');
  const steps = [{ key: 'look', kind: 'ENGAGE' }];
  await mutate('setCampaignSteps', { campaignId, steps }, 'campaign { id }');
  await mutate('launchCampaign', { campaignId }, 'campaign { status }');
  const people = 'query ($id: ID!) { campaign(id: $id) { isEnrolling people { enrolled } } }';
  while ((await ask(people, { id: campaignId })).campaign.isEnrolling) await pause(20);
}
