import type { FormattedExecutionResult } from 'graphql';
import { EventTries, StreamTries } from '../../../src/http/live/event-tries.js';

const CREDENTIALS = { authorization: 'Bearer hr_live_one', session: undefined };
const BROKEN = { data: null, errors: [{ message: 'Ours.', extensions: { code: 'INTERNAL' } }] };

let tries: EventTries;
beforeEach(() => {
  tries = new EventTries();
});

/** As one connection tells them: what is told, or that it broke off. */
async function tell(
  stream: StreamTries,
  event: object,
  result: FormattedExecutionResult,
): Promise<FormattedExecutionResult | 'BROKE_OFF'> {
  const execution = (shown: unknown): Promise<FormattedExecutionResult> =>
    Promise.resolve(shown === event ? result : { data: { shown: shown as object } });
  return stream.show(event, execution).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'INTERNAL' });
    return 'BROKE_OFF' as const;
  });
}

const stream = (authorization = CREDENTIALS.authorization): StreamTries =>
  new StreamTries(tries, { ...CREDENTIALS, authorization });
const event = (sequence: number) => ({ kind: 'RAISED', position: [sequence], sequence });

it('breaks off before an event that fails by our own fault, three times, then tells it as it is', async () => {
  for (let turn = 0; turn < 3; turn += 1) expect(await tell(stream(), event(1), BROKEN)).toBe('BROKE_OFF');
  expect(await tell(stream(), event(1), BROKEN)).toBe(BROKEN);
  // Whoever begins before it much later finds it tried again.
  expect(await tell(stream(), event(1), BROKEN)).toBe('BROKE_OFF');
});

it('counts for each caller, and for each event, wherever its place is by then', async () => {
  for (let turn = 0; turn < 3; turn += 1) await tell(stream(), event(1), BROKEN);
  expect(await tell(stream(), event(2), BROKEN)).toBe('BROKE_OFF');
  expect(await tell(stream('Bearer hr_live_other'), event(1), BROKEN)).toBe('BROKE_OFF');
  expect(await tell(stream(), { ...event(1), position: [1, 99] }, BROKEN)).toBe(BROKEN);
});

it('one that went well meanwhile has all of its tries again', async () => {
  const whole = { data: { alertRaised: {} } };
  for (let turn = 0; turn < 3; turn += 1) await tell(stream(), event(1), BROKEN);
  expect(await tell(stream(), event(1), whole)).toBe(whole);
  expect(await tell(stream(), event(1), BROKEN)).toBe('BROKE_OFF');
});

it('where one after the other fails, the stream does not break off at each, until one goes well', async () => {
  for (let turn = 0; turn < 3; turn += 1) await tell(stream(), event(1), BROKEN);
  const last = stream();
  for (const sequence of [1, 2, 3]) expect(await tell(last, event(sequence), BROKEN)).toBe(BROKEN);
  await tell(last, event(4), { data: { alertRaised: {} } });
  expect(await tell(last, event(5), BROKEN)).toBe('BROKE_OFF');
});

it('tells something in the place of what can’t be told at all, and what can be told in part as it is', async () => {
  const withInstead = { ...event(1), instead: { kind: 'RESYNC' } };
  for (let turn = 0; turn < 3; turn += 1) await tell(stream(), withInstead, BROKEN);
  const shown = { data: { shown: { kind: 'RESYNC' } } };
  expect(await tell(stream(), withInstead, BROKEN)).toEqual(shown);
  const inPart = { ...BROKEN, data: { alertRaised: { cursor: 'one', alert: null } } };
  for (let turn = 0; turn < 3; turn += 1) await tell(stream(), withInstead, inPart);
  expect(await tell(stream(), withInstead, inPart)).toBe(inPart);
});

it('what has no place that one resumes behind is told as it is: the newest comes next', async () => {
  expect(await tell(stream(), { usage: [] }, BROKEN)).toBe(BROKEN);
});

it('what fails by the caller’s fault is told as it is', async () => {
  const refused = { data: null, errors: [{ message: 'Theirs.', extensions: { code: 'FORBIDDEN' } }] };
  expect(await tell(stream(), event(1), refused)).toBe(refused);
});

it('remembers no more than some', async () => {
  for (let sequence = 0; sequence < 10_001; sequence += 1) tries.mayBreak(`${sequence}`);
  for (let turn = 0; turn < 2; turn += 1) tries.mayBreak('0');
  // The first of them was forgotten: these are its first tries again.
  expect([tries.mayBreak('0'), tries.mayBreak('0')]).toEqual([true, false]);
});
