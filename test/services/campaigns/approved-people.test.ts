import { randomUUID } from 'node:crypto';
import { inAgency } from '../../../src/tenancy/door.js';
import { done } from '../../support/agency.js';
import { type EnrollingStage, openEnrolling } from './enrolling.support.js';

let dataSource: EnrollingStage['dataSource'];
let services: EnrollingStage['services'];
let drafted: EnrollingStage['drafted'];
let close: EnrollingStage['close'];

beforeAll(async () => {
  ({ dataSource, services, drafted, close } = await openEnrolling(4));
});
afterAll(() => close());

const leadUrl = () =>
  `https://www.linkedin.com/sales/lead/ACwAA${randomUUID().replaceAll('-', '').slice(0, 22)}`;

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
  const takenIn = await inAgency(dataSource, owner, (manager) =>
    manager.query<{ url: string | null }[]>(
      `SELECT p.profile_url AS url FROM enrolment e
       LEFT JOIN prospect p ON p.agency_id = e.agency_id AND p.recipient_id = e.recipient_id
       WHERE e.agency_id = $1 AND e.campaign_id = $2`,
      [owner.agencyId, campaignId],
    ),
  );
  expect(takenIn.map(({ url }) => url).toSorted()).toEqual(
    people
      .slice(0, 3)
      .map(({ slug }) => slug)
      .toSorted(),
  );
});
