import type { DataSource } from 'typeorm';
import { Ledger } from '../../../src/ledger/ledger.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { InboundPeople } from '../../../src/services/tools/inbound.people.js';
import { InboundService, type ToldEvents } from '../../../src/services/tools/inbound.service.js';
import type { InboundSource } from '../../../src/services/tools/inbound-source.js';
import { HOUR } from '../../../src/quota/window.js';
import { wireServices } from '../../../src/services/wired.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import { done, seedAgency, TEST_FINGERPRINTS, type SeededAgency } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let ledger: Ledger;
let reader: LedgerReader;
beforeAll(async () => {
  const { appUrl } = await testDatabase();
  dataSource = await openDataSource(appUrl);
  [ledger, reader] = [new Ledger(appUrl), new LedgerReader(appUrl)];
});
afterAll(() => Promise.all([ledger.close(), reader.close(), dataSource.destroy()]));

const MAPPING = {
  ...{ listPath: 'events', typePath: 't', personPath: 'p', idPath: 'i', seatPath: 's', occurredAtPath: 'w' },
  events: [
    { type: 'sent', action: 'FOLLOW' },
    { type: 'answered', engagement: 'REPLIED' },
    { type: 'listed', person: 'LISTED' },
    { type: 'left-alone', person: 'DO_NOT_CONTACT' },
  ],
} as const;
const event = (t: string, p: string, more: object = {}) => ({
  t,
  p: `in/${p}`,
  i: `${t} ${p}`,
  s: 'S1',
  ...more,
});

function servicesUnder(fingerprints: Fingerprints) {
  return wireServices({ dataSource, ledger, reader, fingerprints, previewCap: null });
}

/** A source of the client account of an agency, let in as a request's is. */
async function letIn(services: ReturnType<typeof servicesUnder>) {
  const agency = await seedAgency(dataSource, { seat: { externalRef: 'S1' } });
  const { token } = done(
    await services.inboundSources.add(agency.owner, {
      ...{ name: 'CRM', tool: 'GENERIC', mapping: MAPPING, clientAccountId: agency.clientAccount.id },
    }),
  );
  const source = await services.inbound.source(token, '127.0.0.1');
  if (!source) throw new Error('A source that was added is let in.');
  return { agency, source };
}

const telling = (
  { inbound }: ReturnType<typeof servicesUnder>,
  source: InboundSource,
  events: readonly object[],
): Promise<ToldEvents> => inbound.read(source, Buffer.from(JSON.stringify({ events })));

interface Written {
  readonly charges: number;
  readonly answers: number;
}

/** What there is that a source may have written. */
function writtenOf({ agencyId, owner }: SeededAgency, sourceId: string): Promise<Written> {
  return inAgency(dataSource, owner, async (manager) => {
    const rows = await manager.query<[Written]>(
      `SELECT (SELECT count(*)::int4 FROM charge WHERE agency_id = $1) AS charges,
         (SELECT count(*)::int4 FROM engagement WHERE agency_id = $1) AS answers,
         (SELECT count(*)::int4 FROM prospect WHERE agency_id = $1) AS listed,
         (SELECT count(*)::int4 FROM do_not_contact WHERE agency_id = $1) AS marks,
         (SELECT count(*)::int4 FROM unread_event WHERE agency_id = $1) AS unread,
         (SELECT last_event_at FROM inbound_source WHERE agency_id = $1 AND id = $2) AS at`,
      [agencyId, sourceId],
    );
    return rows[0];
  });
}

const NOTHING = { charges: 0, answers: 0, listed: 0, marks: 0, unread: 0, at: null };

describe('a source that is revoked after its request was let in', () => {
  it.each([
    ['an activity', event('sent', 'ann')],
    ['an answer', event('answered', 'ann')],
    ['a person to list', event('listed', 'ann')],
    ['a person to leave alone', event('left-alone', 'ann')],
    ['what can’t be read', event('new-kind', 'ann')],
  ])('does nothing any more: %s', async (_, told) => {
    const services = servicesUnder(TEST_FINGERPRINTS);
    const { agency, source } = await letIn(services);
    done(await services.inboundSources.revoke(agency.owner, source.id));
    const received = services.inbound.receive(source, await telling(services, source, [told]));
    await expect(received).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'There is no such source.' });
    expect(await writtenOf(agency, source.id)).toEqual(NOTHING);
  });

  it('does not go on where the process knows it from before', async () => {
    const services = servicesUnder(TEST_FINGERPRINTS);
    const { agency, source } = await letIn(services);
    const tell = async (who: string) =>
      services.inbound.receive(source, await telling(services, source, [event('sent', who)]));
    expect(await tell('ann')).toMatchObject({ counted: 1 });
    expect(await tell('bob')).toMatchObject({ counted: 1 });
    done(await services.inboundSources.revoke(agency.owner, source.id));
    await expect(tell('cid')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await writtenOf(agency, source.id)).toMatchObject({ charges: 2 });
  });

  it('of marks that wait for each other no more than those before it are put', async () => {
    const services = servicesUnder(TEST_FINGERPRINTS);
    const { agency, source } = await letIn(services);
    const marks = Array.from({ length: 20 }, (_, index) => event('left-alone', `p${index}`));
    const received = services.inbound.receive(source, await telling(services, source, marks));
    const revoked = done(await services.inboundSources.revoke(agency.owner, source.id));
    await expect(received).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const late = await inAgency(dataSource, agency.owner, (manager) =>
      manager.query<unknown[]>('SELECT FROM do_not_contact WHERE agency_id = $1 AND created_at > $2', [
        ...[agency.agencyId, revoked.revokedAt],
      ]),
    );
    expect(late).toEqual([]);
  });
});

it('whoever sends a hundred bodies at once is read one after the other, and another agency in between', async () => {
  const services = servicesUnder(TEST_FINGERPRINTS);
  const [{ source: greedy }, { source: calm }] = [await letIn(services), await letIn(services)];
  const read: InboundSource[] = [];
  const tell = async (source: InboundSource): Promise<void> => {
    await telling(services, source, [event('sent', 'ann')]);
    read.push(source);
  };
  await Promise.all([...Array.from({ length: 100 }, () => tell(greedy)), tell(calm)]);
  expect(read.indexOf(calm)).toBeLessThanOrEqual(2);
});

it('whatever the list fails by, who is to be left alone is marked, and what is counted counts', async () => {
  const services = servicesUnder(TEST_FINGERPRINTS);
  const { agency, source } = await letIn(services);
  const failing = { addProspects: () => Promise.reject(new Error('a defect of ours')) };
  const people = new InboundPeople({ prospects: failing, doNotContact: services.doNotContact });
  const inbound = new InboundService(dataSource, {
    ...{ activities: services.activities, engagements: services.engagements },
    ...{ people, fingerprints: TEST_FINGERPRINTS },
  });
  const told = [
    event('listed', 'ann'),
    event('left-alone', 'bob'),
    event('sent', 'cid'),
    event('answered', 'dan'),
  ];
  const all = await telling(services, source, told);
  for (const _again of [1, 2]) await expect(inbound.receive(source, all)).rejects.toThrow('a defect of ours');
  expect(await writtenOf(agency, source.id)).toMatchObject({ charges: 1, answers: 1, listed: 0, marks: 1 });
});

describe('an event without a time that is told again after the secret was replaced', () => {
  const before = 'the secret of before';
  const rotating = new Fingerprints('the secret of now', before);
  const tell = async (services: ReturnType<typeof servicesUnder>, source: InboundSource, told: object) =>
    services.inbound.receive(source, await telling(services, source, [told]));
  /** So that it is of another time when it comes again: within minutes the books would know it by its person. */
  const hourAgo = (told: object) => ({ ...told, w: Date.now() - HOUR });

  it.each([
    ['an activity', event('sent', 'ann')],
    ['an answer', event('answered', 'ann')],
  ])('is known: %s', async (_, told) => {
    const former = servicesUnder(new Fingerprints(before));
    const { agency, source } = await letIn(former);
    expect(await tell(former, source, hourAgo(told))).toMatchObject({ counted: 1 });
    const { charges, answers } = await writtenOf(agency, source.id);
    expect(charges + answers).toBe(1);
    expect(await tell(servicesUnder(rotating), source, told)).toMatchObject({ counted: 0, alreadyKnown: 1 });
    expect(await writtenOf(agency, source.id)).toMatchObject({ charges, answers });
  });

  it('is one that could not be read, once', async () => {
    const former = servicesUnder(new Fingerprints(before));
    const { agency, source } = await letIn(former);
    const told = event('new-kind', 'ann');
    await tell(former, source, told);
    expect(await tell(servicesUnder(rotating), source, told)).toMatchObject({ unread: 1 });
    expect(await writtenOf(agency, source.id)).toMatchObject({ unread: 1 });
  });

  it('is known, too, once the older secret is given up, where it first came after that', async () => {
    const services = servicesUnder(rotating);
    const { source } = await letIn(services);
    const told = event('sent', 'ann');
    expect(await tell(services, source, hourAgo(told))).toMatchObject({ counted: 1 });
    const latter = servicesUnder(new Fingerprints('the secret of now'));
    expect(await tell(latter, source, told)).toMatchObject({ alreadyKnown: 1 });
  });
});
