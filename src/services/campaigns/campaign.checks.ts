import { refuse } from '../../errors.js';
import { STEPS_LENGTH_MAX, STEPS_MAX, VARIANTS_MAX } from '../../outreach/campaign/check-steps.js';
import type { LawfulBasis } from '../../outreach/campaign/lawful-basis.js';
import { variantsOf, type Definition } from '../../outreach/campaign/steps.js';
import { TEMPLATE_LENGTH_MAX } from '../../outreach/template.js';
import {
  canBeKept,
  checkAll,
  checkExternalRef,
  checkInteger,
  checkName,
  checkNotNull,
  checkText,
  type Check,
} from '../checks.js';
import { checkTags } from '../prospects/prospect.checks.js';

/** Checks of what callers say of a campaign, before anything is asked of the database. Whether it makes sense is another question. */

const PURPOSE_LENGTH_MAX = 1_000;
const DATA_SOURCE_LENGTH_MAX = 500;
/** As many as a list is searched by. */
const AUDIENCE_TAGS_MAX = 8;
const WEIGHT_MAX = 3;
const SEATS_MAX = 1_000;

/** What is left out stays, null clears. */
export interface CampaignTerms {
  readonly name?: string | null | undefined;
  readonly externalRef?: string | null | undefined;
  readonly purpose?: string | null | undefined;
  readonly lawfulBasis?: LawfulBasis | null | undefined;
  readonly dataSource?: string | null | undefined;
  /** In the place of tags, as tags are in the place of it. */
  readonly segmentId?: string | null | undefined;
  readonly audienceTags?: readonly string[] | null | undefined;
  readonly startsOn?: string | null | undefined;
  readonly endsOn?: string | null | undefined;
  readonly approvalRequired?: boolean | null | undefined;
}

export function checkCampaignTerms(terms: CampaignTerms): Check {
  return checkAll(
    checkNotNull(terms, 'name', 'approvalRequired'),
    checkName(terms.name ?? undefined, 'name'),
    checkExternalRef(terms.externalRef),
    checkText(terms.purpose ?? undefined, PURPOSE_LENGTH_MAX, 'purpose'),
    checkText(terms.dataSource ?? undefined, DATA_SOURCE_LENGTH_MAX, 'dataSource'),
    checkTags(terms.audienceTags ?? [], 'audienceTags'),
    checkInteger(terms.audienceTags?.length, 0, AUDIENCE_TAGS_MAX, 'audienceTags'),
    checkOneAudience(terms),
  );
}

function checkOneAudience({ segmentId, audienceTags }: CampaignTerms): Check {
  const areBoth = typeof segmentId === 'string' && Array.isArray(audienceTags);
  return areBoth ? refuse('INVALID', 'It is for a segment, or for those of some tags.', 'segmentId') : null;
}

interface Share {
  readonly seatId: string;
  readonly weight?: number | null | undefined;
}

export function checkShares(seats: readonly Share[]): Check {
  if (seats.length > SEATS_MAX)
    return refuse('INVALID', `A campaign has ${SEATS_MAX} seats at most.`, 'seats');
  const ids = seats.map(({ seatId }) => seatId);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (twice >= 0) return refuse('INVALID', 'A seat is there once.', 'seats', String(twice), 'seatId');
  return checkAll(
    ...seats.map(({ weight }, index) =>
      checkInteger(weight, 1, WEIGHT_MAX, 'seats', String(index), 'weight'),
    ),
  );
}

/** Whether it can be kept at all. */
export function checkDefinition({ steps }: Definition): Check {
  if (steps.length > STEPS_MAX)
    return refuse('INVALID', `A campaign has ${STEPS_MAX} steps at most.`, 'steps');
  for (const [index, step] of steps.entries()) {
    const path = ['steps', String(index)];
    const variants = variantsOf(step);
    if (variants.length > VARIANTS_MAX) {
      return refuse('INVALID', `A step has ${VARIANTS_MAX} texts at most.`, ...path, 'variants');
    }
    const texts = textsIn(step);
    if (!texts.every(canBeKept)) {
      return refuse('INVALID', 'It holds a NUL or half of a surrogate pair.', ...path);
    }
    if (
      variants.some(({ body, subject }) => Math.max(body.length, subject?.length ?? 0) > TEMPLATE_LENGTH_MAX)
    ) {
      return refuse('INVALID', `A text is ${TEMPLATE_LENGTH_MAX} characters at most.`, ...path, 'variants');
    }
  }
  // Whatever is kept is read with every page of campaigns, by whoever has started under it and by the client: keys and all.
  const length = textsIn(steps).reduce((sum, text) => sum + text.length, 0);
  if (length <= STEPS_LENGTH_MAX) return null;
  const message = `All texts of a campaign together are ${STEPS_LENGTH_MAX} characters at most; these are ${length}.`;
  return refuse('INVALID', message, 'steps');
}

/** Every text of it, keys among them. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
