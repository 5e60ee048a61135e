import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import { ClientAccountEntity } from '../../entities/client-account.entity.js';
import { SeatEntity } from '../../entities/seat.entity.js';
import { Refusal, together } from '../../errors.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { checkCampaign } from '../../outreach/campaign/check-campaign.js';
import { problemInWords } from '../../outreach/campaign/problem-words.js';
import type { CampaignProblem } from '../../outreach/campaign/problem.js';
import type { Definition } from '../../outreach/campaign/steps.js';
import { VALUE_NAMES, valuesOf } from '../../outreach/campaign/values.js';
import { dayOf } from '../../quota/calendar.js';
import type { Policy } from '../../quota/policy/index.js';
import { actionsLackingIn } from '../../quota/rules/tier.rule.js';
import { textNumbers } from '../../quota/text.js';
import { DAY, type Instant } from '../../quota/window.js';
import { byItself } from '../../tenancy/door.js';
import { BusyWork } from '../busy-work.js';
import { definitionOf } from './campaign.approved.js';
import { FROM_THE_START, type Audience } from './campaign.audience.js';
import { readProspectsOfPeople, type Prospect } from '../prospects/prospect.rows.js';

/** People on whom texts are tried, and who are shown to whoever approves. */
export const SAMPLE_MAX = 20;

/** Whom a campaign is for, as far as it is looked at before a launch: how many, and the first of them. */
export interface Listed {
  /** Whom was meant when it was read. */
  readonly of: Pick<CampaignEntity, 'clientAccountId' | 'segmentId' | 'audienceTags'>;
  /** Null where nobody has said whom. */
  readonly people: number | null;
  readonly prospects: readonly Prospect[];
}

export interface CheckedBy {
  readonly listed: Listed;
  readonly policy: Policy;
  readonly at: Instant;
  /** Its newest steps, where whoever asks has read them already. */
  readonly definition?: Definition | undefined;
}

/**
 * Goes through all of a list: never while the agency's book is held. What lists hold may be another thing a moment later, and is no
 * condition of anything: the enrolment takes in whoever is there then.
 */
export async function readListed(
  transaction: LedgerTransaction,
  campaign: CampaignEntity,
  audience: Audience,
): Promise<Listed> {
  const { agencyId, clientAccountId, segmentId, audienceTags } = campaign;
  const people = await audience.count(transaction, campaign);
  const asked = { after: FROM_THE_START, rows: SAMPLE_MAX };
  const sample = await audience.people(transaction, campaign, asked);
  const prospects = await readProspectsOfPeople(transaction, agencyId, clientAccountId, sample);
  return { of: { clientAccountId, segmentId, audienceTags }, people, prospects };
}

/** Whether the campaign is for those that were read still. */
export function isFor(campaign: CampaignEntity, { of }: Listed): boolean {
  return (
    campaign.clientAccountId === of.clientAccountId &&
    campaign.segmentId === of.segmentId &&
    isDeepStrictEqual(campaign.audienceTags, of.audienceTags)
  );
}

/** Texts are tried one at a time of each agency, for longer others' behind one that takes long. */
const trying = new BusyWork();

/** All that is wrong with the newest version of a campaign. */
export async function problemsOf(
  manager: EntityManager,
  campaign: CampaignEntity,
  { listed, policy, at, definition }: CheckedBy,
): Promise<CampaignProblem[]> {
  const { agencyId, clientAccountId } = campaign;
  const { people, prospects } = listed;
  const account = await manager.findOneByOrFail(ClientAccountEntity, { agencyId, id: clientAccountId });
  const seats = await seatsOf(manager, campaign);
  const { people: repeated, windowMs } = textNumbers(policy, 'BASIC', 'DIRECT_MESSAGE');
  const tiers = [...new Set(seats.map(({ tier }) => tier))];
  return checkCampaign({
    ...campaign,
    definition: definition ?? (await definitionOf(manager, campaign, campaign.draftVersion)),
    ...{ people, today: dayOf(at, account.timeZone) },
    repetition: { most: repeated.most, days: windowMs / DAY },
    seats: seats.map(({ tier, status }) => ({
      ...{ tier, isRemoved: status === 'REMOVED' },
      lacksInmail: actionsLackingIn(policy, tier).includes('INMAIL'),
    })),
    trials: {
      people: prospects.length > 0 ? prospects.map(valuesOf) : [STAND_IN],
      tiers: tiers.length > 0 ? tiers : ['BASIC'],
      lengthsOf: (tier, action) => textNumbers(policy, tier, action).lengths,
      inTurn: (work) => trying.keep(byItself(agencyId), work),
    },
  });
}

/** Of whom everything is known that lists say of everybody: texts are tried on them while nobody is on the list. */
const STAND_IN: ReadonlyMap<string, string> = new Map(VALUE_NAMES.map((name) => [name, `Value of ${name}`]));

/** Null where it may be launched; else all that speaks against it, each by itself. */
export function refusalOf(problems: readonly CampaignProblem[]): Refusal | null {
  const critical = problems
    .filter(({ severity }) => severity === 'CRITICAL')
    .map((problem) => {
      const message = `${problem.path.join('.')}: ${problemInWords(problem)}`;
      return new Refusal('INVALID', message, ['input', 'campaignId']);
    });
  return together(critical);
}

/** In order of their ids, so that a path names the same one again. */
export function seatsOf(
  manager: EntityManager,
  { agencyId, id }: Pick<CampaignEntity, 'agencyId' | 'id'>,
): Promise<SeatEntity[]> {
  return manager
    .createQueryBuilder(SeatEntity, 'seat')
    .innerJoin(CampaignSeatEntity, 'member', 'member.agencyId = seat.agencyId AND member.seatId = seat.id')
    .where('seat.agencyId = :agencyId AND member.campaignId = :id', { agencyId, id })
    .orderBy('seat.id')
    .getMany();
}
