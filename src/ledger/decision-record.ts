import { counterFromKey } from '../quota/counter.js';
import type { Limit } from '../quota/limit.js';
import type { Facts, Reason } from '../quota/rule.js';
import type { Usage } from '../quota/usage.js';
import type { Instant } from '../quota/window.js';
import type { DecisionRow } from './books/tables.js';
import type { Action, LimitOrigin, Outcome, ReasonCode, ScopeKind } from '../quota/words.js';

/** A decision as it was given and is kept. */
export interface DecisionRecord {
  readonly agencyId: string;
  readonly id: string;
  readonly seatId: string;
  readonly clientAccountId: string;
  readonly campaignId: string | null;
  readonly recipientId: string;
  readonly action: Action;
  readonly noted: boolean;
  readonly outcome: Outcome;
  readonly decidedAt: Instant;
  readonly askedBy: string;
  readonly policyVersion: string;
  /** Of the hold; null where denied. */
  readonly expiresAt: Instant | null;
  readonly reasons: readonly Reason[];
  readonly warnings: readonly Reason[];
  /** Every counter that was asked, after the decision. */
  readonly usage: readonly Usage[];
  readonly retryAt: Instant | null;
  readonly certainAt: Instant | null;
  readonly suggestions: readonly Suggestion[];
}

/** Something else that would work. */
export interface Suggestion {
  readonly action: Action;
  /** Null for the seat that asked. */
  readonly seatId: string | null;
  readonly availableAt: Instant;
}

/** A decision as its row. */
export function decisionRow(record: DecisionRecord): DecisionRow {
  return {
    agency_id: record.agencyId,
    id: record.id,
    seat_id: record.seatId,
    client_account_id: record.clientAccountId,
    campaign_id: record.campaignId,
    recipient_id: record.recipientId,
    action: record.action,
    noted: record.noted,
    outcome: record.outcome,
    reason_codes: record.reasons.map(({ code }) => code),
    expires_at: record.expiresAt,
    policy_version: record.policyVersion,
    asked_by: record.askedBy,
    answer: answerToJson(record),
  };
}

type Answer = Pick<
  DecisionRecord,
  'reasons' | 'warnings' | 'usage' | 'retryAt' | 'certainAt' | 'suggestions'
>;

type LimitJson = [
  ScopeKind,
  string,
  key: string,
  max: number,
  LimitOrigin,
  limitId: string | null,
  recommended: number | null,
];
type ReasonJson = [ReasonCode, facts: Facts, limit: number | null, retryAt: Instant | null];
type UsageJson = [
  limit: number,
  timeZone: string | null,
  used: number,
  held: number,
  unknown: number,
  nextRoomAt: Instant | null,
];

type SuggestionJson = [Action, seatId: string | null, availableAt: Instant];

/** Version 1 of a decision's answer. Limits stand once, and are pointed at by their place. */
interface AnswerJson {
  readonly v: 1;
  readonly limits: readonly LimitJson[];
  readonly reasons: readonly ReasonJson[];
  readonly warnings: readonly ReasonJson[];
  readonly usage: readonly UsageJson[];
  readonly retryAt: Instant | null;
  readonly certainAt: Instant | null;
  /** Left out where there is none. */
  readonly suggestions?: readonly SuggestionJson[];
}

function answerToJson(answer: Answer): AnswerJson {
  const limits: Limit[] = [];
  const place = (limit: Limit): number => {
    const known = limits.indexOf(limit);
    return known >= 0 ? known : limits.push(limit) - 1;
  };
  const reasonJson = ({ code, facts, limit, retryAt }: Reason): ReasonJson => [
    code,
    facts,
    limit && place(limit),
    retryAt,
  ];
  const usage = answer.usage.map((counter): UsageJson => {
    const { timeZone, used, held, unknown, nextRoomAt } = counter;
    return [place(counter.limit), timeZone, used, held, unknown, nextRoomAt];
  });
  const reasons = answer.reasons.map(reasonJson);
  const warnings = answer.warnings.map(reasonJson);
  const { retryAt, certainAt } = answer;
  const suggestions = answer.suggestions.map(({ action, seatId, availableAt }): SuggestionJson => [
    action,
    seatId,
    availableAt,
  ]);
  return {
    ...{ v: 1, limits: limits.map(limitJson), reasons, warnings, usage, retryAt, certainAt },
    ...(suggestions.length > 0 ? { suggestions } : {}),
  };
}

export function answerFromJson(json: AnswerJson): Answer {
  if (json.v !== 1) throw new Error(`A decision of version ${String(json.v)} is newer than this program.`);
  const limits = json.limits.map(limitFromJson);
  const limitAt = (place: number): Limit => {
    const limit = limits[place];
    if (!limit) throw new Error('A kept decision points at a limit that it does not hold.');
    return limit;
  };
  const reason = ([code, facts, place, retryAt]: ReasonJson): Reason => ({
    code,
    facts,
    limit: place === null ? null : limitAt(place),
    retryAt,
  });
  return {
    reasons: json.reasons.map(reason),
    warnings: json.warnings.map(reason),
    usage: json.usage.map(([place, timeZone, used, held, unknown, nextRoomAt]) => ({
      limit: limitAt(place),
      timeZone,
      used,
      held,
      unknown,
      nextRoomAt,
    })),
    retryAt: json.retryAt,
    certainAt: json.certainAt,
    suggestions: (json.suggestions ?? []).map(([action, seatId, availableAt]) => ({
      action,
      seatId,
      availableAt,
    })),
  };
}

/** A counter by itself, as an alert keeps it. */
export type UsageAloneJson = readonly [limit: LimitJson, ...UsageNumbers];
type UsageNumbers = readonly [
  timeZone: string | null,
  used: number,
  held: number,
  unknown: number,
  nextRoomAt: Instant | null,
];

export function usageToJson({ limit, timeZone, used, held, unknown, nextRoomAt }: Usage): UsageAloneJson {
  return [limitJson(limit), timeZone, used, held, unknown, nextRoomAt];
}

export function usageFromJson([limit, timeZone, used, held, unknown, nextRoomAt]: UsageAloneJson): Usage {
  return { limit: limitFromJson(limit), timeZone, used, held, unknown, nextRoomAt };
}

function limitJson({ scope, counter, max, origin, limitId, recommended }: Limit): LimitJson {
  return [scope.kind, scope.id, counter.key, max, origin, limitId, recommended];
}

function limitFromJson([kind, id, key, max, origin, limitId, recommended]: LimitJson): Limit {
  return { scope: { kind, id }, counter: counterFromKey(key), max, origin, limitId, recommended };
}
