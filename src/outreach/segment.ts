import type { ConnectionDegree } from '../quota/words.js';
import { comparable } from './words.js';

/** The language of filters: whom of a list somebody means. What is said side by side holds together. */

/** Texts of a prospect that can be compared. */
export const COMPARED_TEXTS = [
  'firstName',
  'lastName',
  'company',
  'companyDomain',
  'position',
  'industry',
  'location',
] as const;
export type ComparedText = (typeof COMPARED_TEXTS)[number];

/** Case and accents make no difference. Who has no such text meets nothing but `isSet: false`. */
export interface TextTerms {
  readonly equals?: string;
  readonly in?: readonly string[];
  readonly startsWith?: string;
  readonly contains?: string;
  readonly isSet?: boolean;
}

export interface CustomTerms extends TextTerms {
  readonly name: string;
}

export interface TagsTerms {
  readonly any?: readonly string[];
  readonly all?: readonly string[];
  readonly none?: readonly string[];
}

/** `from` is in it, `before` is not; `lastDays` counts 24 hours each, back from when it is asked. */
export interface InstantTerms {
  readonly from?: number;
  readonly before?: number;
  readonly lastDays?: number;
}

export interface DegreeTerms {
  readonly seatId: string;
  readonly in: readonly ConnectionDegree[];
}

export type FilterTerms = Readonly<Partial<Record<ComparedText, TextTerms>>> & {
  readonly and?: readonly FilterTerms[];
  readonly or?: readonly FilterTerms[];
  readonly not?: FilterTerms;
  readonly customField?: CustomTerms;
  readonly tags?: TagsTerms;
  readonly addedAt?: InstantTerms;
  readonly lastContactedAt?: InstantTerms;
  readonly degree?: DegreeTerms;
  readonly isContacted?: boolean;
  readonly hasReplied?: boolean;
  readonly doNotContact?: boolean;
};

/** One thing that is asked of a prospect: met or not met, whatever of them is known. */
export type Leaf =
  | {
      readonly of: 'TEXT';
      readonly field: ComparedText | { readonly custom: string };
      readonly test: TextTest;
    }
  | { readonly of: 'TAGS'; readonly which: 'ANY' | 'ALL'; readonly tags: readonly string[] }
  | { readonly of: 'ADDED' | 'LAST_CONTACTED'; readonly side: 'FROM' | 'BEFORE'; readonly at: number }
  | { readonly of: 'DAYS'; readonly what: 'ADDED' | 'LAST_CONTACTED'; readonly days: number }
  | { readonly of: 'CONNECTED'; readonly seatId: string }
  | { readonly of: 'CONTACTED' | 'REPLIED' | 'MARKED' };

/** Texts are folded by now. */
export type TextTest =
  | { readonly is: 'IN'; readonly values: readonly string[] }
  | { readonly is: 'STARTING' | 'CONTAINING'; readonly value: string }
  | { readonly is: 'SET' };

export type Condition =
  | { readonly kind: 'ALL' | 'ANY'; readonly parts: readonly Condition[] }
  | { readonly kind: 'NOT'; readonly part: Condition }
  | { readonly kind: 'LEAF'; readonly leaf: Leaf };

/** What a filter asks, in three words: all of these, any of these, not this. */
export function conditionOf(terms: FilterTerms): Condition {
  const parts = Object.entries(terms).map(([name, value]) => partOf(name, value));
  return parts.length === 1 ? parts[0]! : { kind: 'ALL', parts };
}

function partOf(name: string, value: unknown): Condition {
  switch (name) {
    case 'and':
      return { kind: 'ALL', parts: (value as readonly FilterTerms[]).map(conditionOf) };
    case 'or':
      return { kind: 'ANY', parts: (value as readonly FilterTerms[]).map(conditionOf) };
    case 'not':
      return not(conditionOf(value as FilterTerms));
    case 'customField':
      return ofText(value as CustomTerms, { custom: (value as CustomTerms).name });
    case 'tags':
      return ofTags(value as TagsTerms);
    case 'addedAt':
      return ofInstants(value as InstantTerms, 'ADDED');
    case 'lastContactedAt':
      return ofInstants(value as InstantTerms, 'LAST_CONTACTED');
    case 'degree':
      return ofDegree(value as DegreeTerms);
    case 'isContacted':
      return told({ of: 'CONTACTED' }, value as boolean);
    case 'hasReplied':
      return told({ of: 'REPLIED' }, value as boolean);
    case 'doNotContact':
      return told({ of: 'MARKED' }, value as boolean);
    default:
      return ofText(value as TextTerms, name as ComparedText);
  }
}

function ofText(terms: TextTerms, field: ComparedText | { readonly custom: string }): Condition {
  const leaf = (test: TextTest): Condition => ({ kind: 'LEAF', leaf: { of: 'TEXT', field, test } });
  const { equals, in: among, startsWith, contains, isSet } = terms;
  return all([
    equals !== undefined && leaf({ is: 'IN', values: [comparable(equals)] }),
    among !== undefined && leaf({ is: 'IN', values: among.map(comparable) }),
    startsWith !== undefined && leaf({ is: 'STARTING', value: comparable(startsWith) }),
    contains !== undefined && leaf({ is: 'CONTAINING', value: comparable(contains) }),
    isSet !== undefined && (isSet ? leaf({ is: 'SET' }) : not(leaf({ is: 'SET' }))),
  ]);
}

function ofTags(terms: TagsTerms): Condition {
  const leaf = (which: 'ANY' | 'ALL', tags: readonly string[]): Condition => {
    return { kind: 'LEAF', leaf: { of: 'TAGS', which, tags: tags.map(comparable) } };
  };
  return all([
    terms.any !== undefined && leaf('ANY', terms.any),
    terms.all !== undefined && leaf('ALL', terms.all),
    terms.none !== undefined && not(leaf('ANY', terms.none)),
  ]);
}

function ofInstants({ from, before, lastDays }: InstantTerms, of: 'ADDED' | 'LAST_CONTACTED'): Condition {
  return all([
    from !== undefined && { kind: 'LEAF', leaf: { of, side: 'FROM', at: from } },
    before !== undefined && { kind: 'LEAF', leaf: { of, side: 'BEFORE', at: before } },
    lastDays !== undefined && { kind: 'LEAF', leaf: { of: 'DAYS', what: of, days: lastDays } },
  ]);
}

function ofDegree({ seatId, in: degrees }: DegreeTerms): Condition {
  const connected: Condition = { kind: 'LEAF', leaf: { of: 'CONNECTED', seatId } };
  const parts = degrees.map((degree) => (degree === 'FIRST' ? connected : not(connected)));
  return parts.length === 1 ? parts[0]! : { kind: 'ANY', parts };
}

function told(leaf: Leaf, isSo: boolean): Condition {
  const condition: Condition = { kind: 'LEAF', leaf };
  return isSo ? condition : not(condition);
}

function not(part: Condition): Condition {
  return { kind: 'NOT', part };
}

function all(parts: readonly (Condition | false)[]): Condition {
  const kept = parts.filter((part) => part !== false);
  return kept.length === 1 ? kept[0]! : { kind: 'ALL', parts: kept };
}

/** How many things are asked. */
export function leavesIn(condition: Condition): number {
  if (condition.kind === 'LEAF') return 1;
  if (condition.kind === 'NOT') return leavesIn(condition.part);
  return condition.parts.reduce((sum, part) => sum + leavesIn(part), 0);
}

/** The seats that a filter asks about. */
export function seatsIn(condition: Condition): string[] {
  if (condition.kind === 'NOT') return seatsIn(condition.part);
  if (condition.kind !== 'LEAF') return condition.parts.flatMap(seatsIn);
  return condition.leaf.of === 'CONNECTED' ? [condition.leaf.seatId] : [];
}
