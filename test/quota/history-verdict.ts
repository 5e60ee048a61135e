import assert from 'node:assert/strict';
import type { Ask } from '../../src/quota/ask.js';
import { roomLeft, roomOf, tellingRoom, type Verdict } from '../../src/quota/decide.js';
import type { Books } from '../../src/quota/unit.js';
import type { Instant } from '../../src/quota/window.js';
import { keyOf } from './history-limits.js';
import type { Stop } from './history.js';
import type { Answer } from './oracle.js';
import { scopeName } from './world.js';

/** Whether the core answers as the oracle does: outcome, every reason, each instant. */
export function compareVerdict(verdict: Verdict, answer: Answer, stop: Stop | null): void {
  const { outcome, retryAt, certainAt } = verdict;
  const reasons = verdict.reasons.map(({ code, limit, retryAt }) => ({
    key: `${code} ${limit ? keyOf(scopeName(limit.scope), limit.counter) : ''}`,
    retryAt,
  }));
  const refusing = [
    ...answer.stopping.map(({ code, retryAt }) => ({ key: `${code} `, retryAt })),
    ...answer.refusing.map(({ limit, retryAt }) => ({
      key: `LIMIT_REACHED ${keyOf(limit.scope, limit.counted)}`,
      retryAt,
    })),
  ];
  assert.deepEqual(
    { outcome, retryAt, certainAt, reasons: sortedByKey(reasons) },
    {
      outcome: answer.allowed ? 'ALLOWED' : 'DENIED',
      retryAt: answer.retryAt,
      certainAt: answer.certainAt,
      reasons: sortedByKey(stop ? [...refusing, { key: `${stop} `, retryAt: null }] : refusing),
    },
  );
  const order = reasons.map((reason) => reason.retryAt ?? Infinity);
  assert.deepEqual(
    order,
    order.toSorted((one, other) => (one === other ? 0 : other - one)),
    'binds longest first',
  );
}

/** Whether a request has the same room under those limits alone of each scope that tell it as under all of them. */
export function compareRooms(ask: Ask, books: Books, at: Instant): void {
  const scopes = new Set(ask.limits.map(({ scope }) => scopeName(scope)));
  const telling = [...scopes].flatMap((name) =>
    tellingRoom(
      ask.limits.filter(({ scope }) => scopeName(scope) === name),
      books,
      ask.action,
    ),
  );
  const limits = ask.limits.filter((limit) => telling.includes(limit));
  assert.deepEqual(roomOf({ ...ask, limits }, books, at), roomOf(ask, books, at));
  assert.equal(roomLeft({ ...ask, limits }, books, at), roomLeft(ask, books, at));
}

export function sortedByKey<T extends { readonly key: string }>(list: readonly T[]): T[] {
  return list.toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
}
