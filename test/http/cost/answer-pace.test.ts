import { setImmediate } from 'node:timers/promises';
import { AnswerPace } from '../../../src/http/cost/answer-pace.js';

it('shows lists in order, and gives everybody else a turn after five thousand fields', async () => {
  const pace = new AnswerPace();
  const seen: string[] = [];
  const others = setImmediate().then(() => seen.push('others'));
  const lists = ['a', 'b', 'c', 'd'].map((name) => pace.show(2_000).then(() => seen.push(name)));
  await Promise.all([others, ...lists]);
  expect(seen).toEqual(['a', 'b', 'others', 'c', 'd']);
});
