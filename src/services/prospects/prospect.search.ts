import type { EntityManager } from 'typeorm';
import { Failure } from '../../errors.js';
import { TAG_LENGTH_MAX } from '../../outreach/prospect.js';
import { FilterError, readFilter } from '../../outreach/segment-reading.js';
import { conditionOf, type Condition, type FilterTerms } from '../../outreach/segment.js';
import { exactly, prefixRange, tagTerm, wordsOf } from '../../outreach/words.js';
import { clockOf } from '../../tenancy/clock.js';
import { seesWhole, type Viewer } from '../../tenancy/viewer.js';
import { canBeKept, searchPattern } from '../checks.js';
import type { ListFilter, TermRange } from './prospect.list.js';
import { findSegment } from './segment.rows.js';

/** Whom somebody looks for on a list: all of it has to be met. */
export interface ProspectSearch {
  readonly clientAccountId: string;
  readonly search: string | null;
  readonly tags: readonly string[];
  /** As a caller says it, ids as uuids. */
  readonly filter: object | null;
  readonly segmentId: string | null;
}

/** A search as far as it can be judged without asking the database. */
export interface ReadSearch {
  readonly clientAccountId: string;
  readonly ranges: readonly TermRange[];
  readonly filter: FilterTerms | null;
  readonly segmentId: string | null;
}

/** Words and tags that a list is asked by. */
const RANGES_MAX = 8;
const NOBODY = '00000000-0000-0000-0000-000000000000';
const NEVER_MET: Condition = { kind: 'ANY', parts: [] };

/** Throws BAD_USER_INPUT for a search that can't be made. A list that the viewer does not see whole is looked for as nobody's is. */
export function readSearch(viewer: Viewer, asked: ProspectSearch): ReadSearch {
  const { clientAccountId, search, tags, filter, segmentId } = asked;
  // Throws for what no search can be made of.
  searchPattern(search);
  if (tags.some((tag) => [...tag].length > TAG_LENGTH_MAX || !canBeKept(tag))) {
    const message = `Each of \`tags\` is ${TAG_LENGTH_MAX} characters at most, without NUL or half of a surrogate pair.`;
    throw new Failure('BAD_USER_INPUT', message);
  }
  const words = wordsOf(search);
  if (words.length + tags.length > RANGES_MAX) {
    throw new Failure('BAD_USER_INPUT', `\`search\` and \`tags\` have ${RANGES_MAX} words at most.`);
  }
  const ranges = [...words.map(prefixRange), ...tags.map((tag) => exactly(tagTerm(tag)))];
  // A search without a letter finds nobody: no word is like it.
  const isVain = search !== null && search.trim() !== '' && words.length === 0;
  return {
    clientAccountId: seesWhole(viewer, clientAccountId) ? clientAccountId : NOBODY,
    ranges: isVain ? [...ranges, exactly('\u0001')] : ranges,
    filter: filter && filterSaid(filter),
    segmentId,
  };
}

function filterSaid(said: object): FilterTerms {
  try {
    return readFilter(said);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new Failure('BAD_USER_INPUT', `\`${['filter', ...error.path].join('.')}\`: ${error.message}`);
  }
}

/** What of the list is asked for, now. */
export async function listFilterOf(
  manager: EntityManager,
  viewer: Viewer,
  { clientAccountId, ranges, filter, segmentId }: ReadSearch,
): Promise<ListFilter> {
  if (filter === null && segmentId === null) return { clientAccountId, ranges };
  const parts: Condition[] = filter === null ? [] : [conditionOf(filter)];
  if (segmentId !== null) {
    const segment = await findSegment(manager, viewer, segmentId);
    const isOfList = segment?.clientAccountId === clientAccountId;
    parts.push(segment && isOfList ? conditionOf(segment.filter) : NEVER_MET);
  }
  return {
    clientAccountId,
    ranges,
    asked: { condition: { kind: 'ALL', parts }, at: await clockOf(manager) },
  };
}
