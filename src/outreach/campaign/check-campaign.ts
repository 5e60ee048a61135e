/** Everything that is wrong with a campaign before it is launched, all at once. */
import type { LinkedInTier } from '../../quota/words.js';
import { checkSteps } from './check-steps.js';
import { checkTexts, type TextTrials } from './check-texts.js';
import { critical, warning, type CampaignProblem } from './problem.js';
import { variantsOf, type Definition } from './steps.js';

export interface CampaignFacts {
  readonly definition: Definition | null;
  readonly purpose: string | null;
  readonly lawfulBasis: string | null;
  readonly dataSource: string | null;
  /** Whom it is for; null while nobody has said. */
  readonly people: number | null;
  readonly seats: readonly {
    readonly tier: LinkedInTier;
    readonly isRemoved: boolean;
    readonly lacksInmail: boolean;
  }[];
  readonly endsOn: string | null;
  /** The day that it is in the zone of the client account. */
  readonly today: string;
  readonly trials: TextTrials;
  /** How many people of a seat may get the same text in so many days; null for any number. */
  readonly repetition: { readonly most: number | null; readonly days: number };
}

export async function checkCampaign(facts: CampaignFacts): Promise<CampaignProblem[]> {
  const definition = facts.definition ?? { v: 1, stopOnReply: true, steps: [] };
  return [
    ...checkSteps(definition),
    ...(await checkTexts(definition, facts.trials)),
    ...checkRepetition(facts, definition),
    ...checkPeople(facts),
    ...checkSeats(facts, definition),
    ...checkGrounds(facts),
    ...(facts.endsOn !== null && facts.endsOn < facts.today ? [critical('ENDED_ALREADY', ['endsOn'])] : []),
  ];
}

/** As if the people were shared out evenly, and all of them came to every text. */
function checkRepetition(
  { people, seats, repetition: { most, days } }: CampaignFacts,
  { steps }: Definition,
): CampaignProblem[] {
  const inUse = seats.filter(({ isRemoved }) => !isRemoved).length;
  if (people === null || most === null || inUse === 0) return [];
  return steps.flatMap((step, index) => {
    const variants = variantsOf(step);
    const weights = variants.reduce((sum, { weight }) => sum + weight, 0);
    return variants.flatMap(({ weight }, variantIndex) => {
      const facts = { people: Math.ceil((people * weight) / (weights * inUse)), most, days };
      const path = ['steps', String(index), 'variants', String(variantIndex)];
      return facts.people > most ? [warning('TEXT_FOR_TOO_MANY', path, facts)] : [];
    });
  });
}

function checkPeople({ people }: CampaignFacts): CampaignProblem[] {
  if (people === null) return [critical('AUDIENCE_MISSING', ['audienceTags'])];
  return people === 0 ? [warning('AUDIENCE_EMPTY', ['audienceTags'])] : [];
}

function checkSeats({ seats }: CampaignFacts, { steps }: Definition): CampaignProblem[] {
  const inUse = seats.filter(({ isRemoved }) => !isRemoved);
  if (inUse.length === 0) return [critical('SEATS_MISSING', ['seats'])];
  const removed = seats.flatMap(({ isRemoved }, index) =>
    isRemoved ? [warning('SEAT_REMOVED', ['seats', String(index)])] : [],
  );
  const lacking = inUse.filter(({ lacksInmail }) => lacksInmail).length;
  const inmails = steps.flatMap(({ kind }, index) => (kind === 'INMAIL' ? [index] : []));
  const tell = lacking === inUse.length ? critical : warning;
  const ofTier =
    lacking === 0
      ? []
      : inmails.map((index) =>
          tell('ACTION_NOT_IN_TIER', ['steps', String(index)], { seats: lacking, of: inUse.length }),
        );
  return [...removed, ...ofTier];
}

/** What the law wants to be known before anybody is written to. */
function checkGrounds({ purpose, lawfulBasis, dataSource }: CampaignFacts): CampaignProblem[] {
  return [
    ...(purpose === null ? [warning('PURPOSE_MISSING', ['purpose'])] : []),
    ...(lawfulBasis === null ? [warning('LAWFUL_BASIS_MISSING', ['lawfulBasis'])] : []),
    ...(dataSource === null ? [warning('DATA_SOURCE_MISSING', ['dataSource'])] : []),
  ];
}
