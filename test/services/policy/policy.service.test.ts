import type { DecisionRecord } from '../../../src/ledger/decision-record.js';
import { DAY } from '../../../src/quota/window.js';
import { type PublishPolicy } from '../../../src/services/policy/policy.service.js';
import { viewerAs, refused } from '../../support/agency.js';
import { decisionOf, openOffice, reserveRequest, seeing, type Office } from '../../ledger/support.js';
import { MESSAGES, NOW, PolicyStage, SOURCE, THEN } from './policy.stage.js';

let stage: PolicyStage;

beforeAll(async () => {
  stage = await PolicyStage.open();
});
afterAll(() => stage.close());
beforeEach(() => stage.database.setClock(NOW));

const versionOf = ({ outcome, policyVersion }: DecisionRecord) => [outcome, policyVersion];

describe('a version that comes into force later', () => {
  it('decides from its instant on by the database’s clock: not 1 ms before, without a restart, and each decision keeps its own', async () => {
    const office = await openOffice(stage.database.appUrl);
    await stage.ask(office, NOW);
    await stage.publish(office, {
      effectiveFrom: THEN,
      changes: [{ ...MESSAGES, recommended: 0, ceiling: 0 }],
    });
    expect(versionOf(await stage.ask(office, THEN - 1))).toEqual(['ALLOWED', '2026-11']);
    const denied = await stage.ask(office, THEN);
    expect(versionOf(denied)).toEqual(['DENIED', '2026-11.1']);
    expect(denied.reasons).toMatchObject([{ code: 'LIMIT_REACHED', limit: { max: 0, origin: 'POLICY' } }]);
    const kept = await seeing(stage.database.appUrl, [office.agencyId], async (client) => {
      const { rows } = await client.query('SELECT policy_version FROM decision ORDER BY id');
      return rows.map((row) => row.policy_version);
    });
    expect(kept).toEqual(['2026-11', '2026-11', '2026-11.1']);
  });

  it('P6: is where retryAt and certainAt say that there will be room', async () => {
    const office = await openOffice(stage.database.appUrl);
    await stage.publish(office, { changes: [{ ...MESSAGES, recommended: 1, ceiling: 1 }] });
    await stage.publish(office, { effectiveFrom: NOW + 5_000, changes: [{ ...MESSAGES, ceiling: 2 }] });
    await stage.record(office, 1, NOW);
    expect(await stage.ask(office, NOW + 1)).toMatchObject({
      outcome: 'DENIED',
      policyVersion: '2026-11.1',
      retryAt: NOW + 5_000,
      certainAt: NOW + 5_000,
    });
    expect((await stage.ask(office, NOW + 4_999)).outcome).toBe('DENIED');
    expect(versionOf(await stage.ask(office, NOW + 5_000))).toEqual(['ALLOWED', '2026-11.2']);
  });

  it('P6: is looked ahead to by what texts and people are judged by', async () => {
    const office = await openOffice(stage.database.appUrl);
    const length = { kind: 'NOTE_LENGTH', tiers: ['BASIC'] } as const;
    await stage.publish(office, { effectiveFrom: THEN, changes: [{ ...length, ceiling: 300 }] });
    const text = {
      lengths: { subject: null, body: 250 },
      placeholders: { subject: null, body: null },
      personal: true,
      sketches: [],
    };
    const request = () => reserveRequest(office, 'CONNECTION_REQUEST', { noted: true, text });
    expect(decisionOf(await stage.ledger.ask(request()))).toMatchObject({
      reasons: [{ code: 'TEXT_TOO_LONG', retryAt: THEN }],
      retryAt: THEN,
    });
    await stage.database.setClock(THEN - 1);
    expect(decisionOf(await stage.ledger.ask(request())).outcome).toBe('DENIED');
    await stage.database.setClock(THEN);
    expect(decisionOf(await stage.ledger.ask(request())).outcome).toBe('ALLOWED');
  });

  it('is replaced by one that is published later for the same instant', async () => {
    const office = await openOffice(stage.database.appUrl);
    await stage.publish(office, {
      effectiveFrom: THEN,
      changes: [{ ...MESSAGES, recommended: 0, ceiling: 0 }],
    });
    await stage.publish(office, {
      effectiveFrom: THEN,
      changes: [{ ...MESSAGES, recommended: 9, ceiling: 9 }],
    });
    expect(versionOf(await stage.ask(office, THEN))).toEqual(['ALLOWED', '2026-11.2']);
  });

  it('is no other agency’s', async () => {
    const [office, other] = [
      await openOffice(stage.database.appUrl),
      await openOffice(stage.database.appUrl),
    ];
    await stage.publish(office, { changes: [{ ...MESSAGES, recommended: 0, ceiling: 0 }] });
    expect(versionOf(await stage.ask(other, NOW + 1))).toEqual(['ALLOWED', '2026-11']);
    expect(versionOf(await stage.ask(office, NOW + 1))).toEqual(['DENIED', '2026-11.1']);
    const versions = async ({ viewer }: Office) =>
      (await stage.policies.versions(viewer)).map(({ version }) => version);
    expect([await versions(other), await versions(office)]).toEqual([['2026-11'], ['2026-11.1', '2026-11']]);
    expect(
      refused(await stage.policies.publishPolicy(other.viewer, { ...SOURCE, basedOn: '2026-11.1' })),
    ).toBe('INVALID input.basedOn');
  });

  it('decides while requests are under way: each by the version of its instant, and none over its maximum', async () => {
    const office = await openOffice(stage.database.appUrl);
    await stage.publish(office, {
      changes: [
        { actions: ['DIRECT_MESSAGE'], windowSeconds: 600, ceiling: 1_000 },
        { ...MESSAGES, recommended: 50, ceiling: 100 },
      ],
    });
    const asked = Array.from({ length: 150 }, (_, index) => ({
      index,
      answer: stage.ledger.ask(reserveRequest(office, 'DIRECT_MESSAGE', { holdSeconds: 900 })),
    }));
    const published = stage.publish(office, { changes: [{ ...MESSAGES, recommended: 5, ceiling: 5 }] });
    const more = Array.from({ length: 50 }, () =>
      stage.ledger.ask(reserveRequest(office, 'DIRECT_MESSAGE', { holdSeconds: 900 })),
    );
    const decisions = (await Promise.all([...asked.map(({ answer }) => answer), ...more])).map(decisionOf);
    await published;
    const allowed = (version: string) =>
      decisions.filter((one) => one.outcome === 'ALLOWED' && one.policyVersion === version).length;
    expect(allowed('2026-11.1')).toBeLessThanOrEqual(100);
    for (const decision of decisions) {
      const limit = decision.usage.find((usage) => usage.limit.counter.key === 'DIRECT_MESSAGE@86400')!;
      expect([decision.policyVersion, limit.limit.max]).toEqual([
        decision.policyVersion,
        decision.policyVersion === '2026-11.1' ? 100 : 5,
      ]);
      if (decision.outcome === 'ALLOWED')
        expect(limit.used + limit.held).toBeLessThanOrEqual(limit.limit.max);
    }
    expect(versionOf(decisionOf(await stage.ledger.ask(reserveRequest(office, 'DIRECT_MESSAGE'))))).toEqual([
      'DENIED',
      '2026-11.2',
    ]);
  });
});

describe('publishing', () => {
  it('makes a version of the one in force then, and goes on from the agency’s own', async () => {
    const office = await openOffice(stage.database.appUrl);
    const first = await stage.publish(office, { changes: [{ ...MESSAGES, ceiling: 90 }] });
    const second = await stage.publish(office, { changes: [{ kind: 'GAP', recommended: 120 }] });
    expect(first.policy.published).toMatchObject({ basedOn: '2026-11', builtIn: '2026-11', number: 1 });
    expect(second.policy.published).toMatchObject({ basedOn: '2026-11.1', builtIn: '2026-11', number: 2 });
    const [newest] = await stage.policies.versions(office.viewer);
    expect(newest).toEqual(second.policy);
    expect(newest!.rules.find(({ ceiling }) => ceiling === 90)).toMatchObject({
      recommended: 50,
      source: 'A letter of LinkedIn',
      confidence: 'LOW',
      checkedOn: '2026-11-26',
    });
  });

  it('takes a version over as it is, where it is named', async () => {
    const office = await openOffice(stage.database.appUrl);
    await stage.publish(office, { changes: [{ ...MESSAGES, recommended: 0, ceiling: 0 }] });
    await stage.publish(office, { basedOn: '2026-11' });
    expect(versionOf(await stage.ask(office, NOW + 1))).toEqual(['ALLOWED', '2026-11.2']);
  });

  it('is written into the audit log with old and new numbers, and no text', async () => {
    const office = await openOffice(stage.database.appUrl);
    const { policy } = await stage.publish(office, { changes: [{ ...MESSAGES, ceiling: 90 }] });
    const [entry] = await seeing(stage.database.appUrl, [office.agencyId], async (client) => {
      const { rows } = await client.query(
        'SELECT verb, actor, subject_kind, subject_id, changes FROM audit_entry',
      );
      return rows;
    });
    expect(entry).toMatchObject({
      verb: 'publishPolicy',
      actor: 'system:test',
      subject_kind: 'POLICY',
      subject_id: policy.id,
      changes: {
        version: { old: '2026-11', new: '2026-11.1' },
        numbers: {
          old: [{ kind: 'LIMIT', actions: ['DIRECT_MESSAGE'], window: '86400', ceiling: 150 }],
          new: [{ kind: 'LIMIT', actions: ['DIRECT_MESSAGE'], window: '86400', ceiling: 90 }],
        },
      },
    });
    expect(JSON.stringify(entry)).not.toContain('letter');
  });

  it.each<[string, Partial<PublishPolicy>, string]>([
    ['without a source', { source: ' ' }, 'INVALID input.source'],
    ['with a source too long', { source: 'x'.repeat(501) }, 'INVALID input.source'],
    ['with an address of none', { sourceUrl: 'ftp://example.com' }, 'INVALID input.sourceUrl'],
    ['with no change', { changes: [] }, 'INVALID input.changes'],
    ['with the same again', { basedOn: 'own' }, 'INVALID input.changes'],
    ['of the past', { effectiveFrom: NOW - 1 }, 'INVALID input.effectiveFrom'],
    ['in two years', { effectiveFrom: NOW + 401 * DAY }, 'INVALID input.effectiveFrom'],
    ['of no version', { basedOn: '2020-01' }, 'INVALID input.basedOn'],
    ['checked tomorrow', { checkedOn: '2026-11-28' }, 'INVALID input.checkedOn'],
    [
      'with a change checked tomorrow',
      { changes: [{ ...MESSAGES, ceiling: 90, checkedOn: '2027-01-01' }] },
      'INVALID input.changes.0.checkedOn',
    ],
    [
      'with a blank source of a change',
      { changes: [{ ...MESSAGES, ceiling: 90, source: '' }] },
      'INVALID input.changes.0.source',
    ],
    [
      'with too many changes',
      { changes: Array.from({ length: 101 }, () => ({ ...MESSAGES, ceiling: 90 })) },
      'INVALID input.changes',
    ],
    [
      'over the ceiling',
      { changes: [{ ...MESSAGES, recommended: 151 }] },
      'INVALID input.changes.0.recommended',
    ],
    ['of credits', { creditChanges: [{ tier: 'BASIC', keep: 1 }] }, 'INVALID input.creditChanges.0.tier'],
  ])('is refused %s', async (_, input, expected) => {
    const office = await openOffice(stage.database.appUrl);
    const changed = { changes: [{ ...MESSAGES, ceiling: 90 }], ...input };
    if (input.basedOn === 'own') {
      await stage.publish(office, { changes: [{ ...MESSAGES, ceiling: 90 }] });
      Object.assign(changed, { basedOn: '2026-11.1', changes: [] });
    }
    for (const dryRun of [true, false]) {
      expect(
        refused(await stage.policies.publishPolicy(office.viewer, { ...SOURCE, ...changed, dryRun })),
      ).toBe(expected);
    }
  });

  it('is not for a manager, nor for a viewer of one client account', async () => {
    const office = await openOffice(stage.database.appUrl);
    const input = { ...SOURCE, changes: [{ ...MESSAGES, ceiling: 90 }] };
    for (const viewer of [
      viewerAs(office.viewer, 'MANAGER'),
      viewerAs(office.viewer, 'ADMIN', office.clientAccountId),
    ]) {
      expect(refused(await stage.policies.publishPolicy(viewer, input))).toBe('FORBIDDEN_FOR_ROLE');
    }
  });

  it('is in a table that nobody can alter, and that takes no version of the past', async () => {
    const office = await openOffice(stage.database.appUrl);
    await stage.publish(office, { changes: [{ ...MESSAGES, ceiling: 90 }] });
    const run = (sql: string) =>
      seeing(stage.database.appUrl, [office.agencyId], (client) => client.query(sql));
    await expect(run(`UPDATE policy_version SET source = 'x'`)).rejects.toThrow('permission denied');
    await expect(run(`DELETE FROM policy_version`)).rejects.toThrow('permission denied');
    await expect(
      run(`INSERT INTO policy_version SELECT agency_id, gen_random_uuid(), 9, 'x', based_on, built_in, published_at - 1,
        published_at, published_by, source, numbers FROM policy_version`),
    ).rejects.toThrow('check constraint');
  });
});
