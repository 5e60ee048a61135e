import { mayBeSubscription } from '../../../src/http/operations/documents.js';

const SUBSCRIPTION = 'subscription Alerts { alertRaised { __typename } }';
const QUERY = 'query Viewer { viewer { role } }';

it.each<[text: string, operationName: string | null, isOne: boolean]>([
  [SUBSCRIPTION, null, true],
  [`# A comment first.\n${SUBSCRIPTION}`, null, true],
  [`fragment F on Alert { kind } ${SUBSCRIPTION}`, 'Alerts', true],
  [`${QUERY} ${SUBSCRIPTION}`, 'Alerts', true],
  [`${QUERY} ${SUBSCRIPTION}`, 'Viewer', false],
  // Which of them, nobody knows: it is refused once it is read.
  [`${QUERY} ${SUBSCRIPTION}`, null, false],
  [QUERY, null, false],
  ['query subscription { viewer { role } }', null, false],
  ['{ subscription: viewer { role } }', null, false],
  [`${QUERY} # ${SUBSCRIPTION}`, null, false],
  ['{ node(id: "subscription { a }") { id } }', null, false],
  ['subscription {', null, false],
  [`subscription { ${'a '.repeat(900)} }`, null, true],
  // No more of it is read than a subscription may have.
  [`subscription { ${'a '.repeat(1_001)} }`, null, false],
  [`${SUBSCRIPTION}${' '.repeat(16_384)}`, null, false],
  [`${'\n'.repeat(1_999)}${SUBSCRIPTION}`, null, true],
  [`${'\n'.repeat(2_000)}${SUBSCRIPTION}`, null, false],
  // Of a registered document nothing is there but its hash.
  ['', null, true],
])('%#: tells a subscription by what is asked, not by its words', (text, operationName, isOne) => {
  expect(mayBeSubscription(text, operationName)).toBe(isOne);
});
