import { Failure, NotNow, Stopping } from '../../src/errors.js';
import { isFault } from '../../src/http/failures.js';

it.each([
  ['our own', new Failure('INTERNAL', 'x'), true],
  ['that something can’t be had', new Failure('UNAVAILABLE', 'x', 1_000), true],
  ['that what is asked is changed just now', new NotNow('x', 10), false],
  ['that the server is stopping', new Stopping(1_000), false],
  ['the caller’s', new Failure('BAD_USER_INPUT', 'x'), false],
])('whoever runs the server is to look at a fault: %s', (_, failure, expected) => {
  expect(isFault(failure)).toBe(expected);
});
