import { randomUUID } from 'node:crypto';
import type { FilterTerms } from '../../../src/outreach/segment.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done } from '../../support/agency.js';
import { type EnrollingStage, openEnrolling } from './enrolling.support.js';

let dataSource: EnrollingStage['dataSource'];
let reader: EnrollingStage['reader'];
let services: EnrollingStage['services'];
let drafted: EnrollingStage['drafted'];
let close: EnrollingStage['close'];

beforeAll(async () => {
  ({ dataSource, reader, services, drafted, close } = await openEnrolling(4));
});
afterAll(() => close());
afterEach(() => jest.restoreAllMocks());

const leadUrl = () =>
  `https://www.linkedin.com/sales/lead/ACwAA${randomUUID().replaceAll('-', '').slice(0, 22)}`;

/** Whom a campaign has taken in, by their addresses. */
async function takenInto(owner: Viewer, campaignId: string): Promise<(string | null)[]> {
  const rows = await inAgency(dataSource, owner, (manager) =>
    manager.query<{ url: string | null }[]>(
      `SELECT p.profile_url AS url FROM enrolment e
       LEFT JOIN prospect p ON p.agency_id = e.agency_id AND p.recipient_id = e.recipient_id
       WHERE e.agency_id = $1 AND e.campaign_id = $2`,
      [owner.agencyId, campaignId],
    ),
  );
  return rows.map(({ url }) => url).toSorted();
}

/** People who are on the list twice, by two addresses, and a campaign for those with a tag, which its client has approved. */
async function approved(tagged: readonly ('SLUG' | 'LEAD' | 'BOTH' | 'NONE')[]) {
  const { agency, campaignId } = await drafted(1, 0);
  const { owner, clientAccount } = agency;
  const clientAccountId = clientAccount.id;
  const people = tagged.map((which) => {
    return { which, slug: `https://www.linkedin.com/in/${randomUUID()}`, lead: leadUrl() };
  });
  const { prospects, campaignDesk } = services;
  const add = async (rows: Parameters<typeof prospects.addProspects>[1]['prospects']): Promise<void> => {
    done(await prospects.addProspects(owner, { clientAccountId, prospects: rows }));
  };
  const row = (profileUrl: string, isTagged: boolean) => {
    return { profileUrl, firstName: 'First', company: 'Company', tags: isTagged ? ['spring'] : [] };
  };
  await add(
    people.flatMap(({ which, slug, lead }) => [
      row(slug, which === 'SLUG' || which === 'BOTH'),
      row(lead, which === 'LEAD' || which === 'BOTH'),
    ]),
  );
  done(
    await campaignDesk.changes.updateCampaign(owner, {
      ...{ campaignId, approvalRequired: true, audienceTags: ['spring'] },
    }),
  );
  const { token } = done(await campaignDesk.approvals.askForApproval(owner, campaignId));
  const told = await campaignDesk.approvals.answer(token!, {
    ...{ answer: 'APPROVED', name: 'Ada', remark: null },
  });
  expect(told).not.toBeNull();
  /** A list tells that the two addresses are one person's. */
  const tellAll = () => add(people.map(({ slug, lead }) => ({ profileUrl: slug, salesNavigatorUrl: lead })));
  const remove = async ({ slug }: (typeof people)[number]): Promise<void> => {
    await inAgency(dataSource, owner, (manager) =>
      manager.query('DELETE FROM prospect WHERE agency_id = $1 AND profile_url = $2', [owner.agencyId, slug]),
    );
  };
  return { owner, campaignId, people, tellAll, remove };
}

it('who was approved is taken in, once and as they are listed, whatever a list says since of who is one', async () => {
  const { owner, campaignId, people, tellAll, remove } = await approved([
    'SLUG',
    'LEAD',
    'BOTH',
    'NONE',
    'LEAD',
  ]);
  await tellAll();
  // Nobody of the last one is on the list any more, by either address.
  await remove(people.at(-1)!);
  done(await services.campaignDesk.life.launchCampaign(owner, campaignId));
  done(await services.campaignDesk.life.launchCampaign(owner, campaignId));
  expect(await takenInto(owner, campaignId)).toEqual(
    people
      .slice(0, 3)
      .map(({ slug }) => slug)
      .toSorted(),
  );
});

/** Three people with a tag, and who of them is of what the campaign is for when it is asked. */
async function approvedOf(segment: FilterTerms | null) {
  const { agency, campaignId } = await drafted(2, 0);
  const { owner, clientAccount } = agency;
  const clientAccountId = clientAccount.id;
  const { prospects, segments, campaignDesk } = services;
  const rows = ['a', 'b', 'c'].map((firstName) => {
    const profileUrl = `https://www.linkedin.com/in/${randomUUID()}`;
    return { profileUrl, firstName, company: 'Company', tags: ['spring'] };
  });
  const added = done(await prospects.addProspects(owner, { clientAccountId, prospects: rows }));
  const ids = added.map(({ prospect }) => prospect!.id);
  const segmentId =
    segment &&
    done(await segments.createSegment(owner, { clientAccountId, name: 'Spring', filter: segment })).id;
  const audience = segmentId === null ? { audienceTags: ['spring'] } : { segmentId, audienceTags: null };
  done(await campaignDesk.changes.updateCampaign(owner, { campaignId, approvalRequired: true, ...audience }));
  const { token } = done(await campaignDesk.approvals.askForApproval(owner, campaignId));
  const answer = { answer: 'APPROVED', name: 'Ada', remark: null } as const;
  expect(await campaignDesk.approvals.answer(token!, answer)).toMatchObject({ refusal: null });
  const tag = async (index: number, change: { add?: string[]; remove?: string[] }) =>
    void done(await prospects.tagProspects(owner, { prospectIds: [ids[index]!], ...change }));
  const launch = async () => void done(await campaignDesk.life.launchCampaign(owner, campaignId));
  const urls = rows.map(({ profileUrl }) => profileUrl);
  const takenIn = async () =>
    (await takenInto(owner, campaignId)).map((url) => urls.indexOf(url!)).toSorted();
  return { owner, clientAccountId, tag, launch, takenIn };
}

it.each([
  ['the tags', null],
  ['a segment', { tags: { any: ['spring'] } }],
] as const)('who left %s that a campaign is for is not taken in, approved or not', async (_, segment) => {
  const { owner, clientAccountId, tag, launch, takenIn } = await approvedOf(segment);
  await tag(1, { remove: ['spring'] });
  const late = { profileUrl: `https://www.linkedin.com/in/${randomUUID()}`, tags: ['spring'] };
  done(await services.prospects.addProspects(owner, { clientAccountId, prospects: [late] }));
  await launch();
  expect(await takenIn()).toEqual([0, 2]);
  // Whoever comes back was approved; who came later was not.
  await tag(1, { add: ['spring'] });
  await launch();
  expect(await takenIn()).toEqual([0, 1, 2]);
});

it('who loses the tag while room is looked for is not taken in, though they were approved', async () => {
  const { tag, launch, takenIn } = await approvedOf(null);
  const planSends = reader.planSends.bind(reader);
  jest.spyOn(reader, 'planSends').mockImplementationOnce(async (...asked) => {
    await tag(1, { remove: ['spring'] });
    return planSends(...asked);
  });
  await launch();
  expect(await takenIn()).toEqual([0, 2]);
});
