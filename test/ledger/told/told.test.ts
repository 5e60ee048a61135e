import { Told } from '../../../src/ledger/told/told.js';

const AT = 1_000_000;

it('keeps five hundred things of each kind, those that last longest, and what only grows', () => {
  const told = new Told({
    v: 1,
    counters: {},
    toldUntil: { SEAT_IDLE: 1, 'REPEATED_TEXT before': AT + 10_000 },
  });
  for (let text = 0; text < 2_000; text += 1) told.tellUntil(`REPEATED_TEXT ${text}`, AT + 1 + text);
  told.tell('PENDING_INVITATIONS_HIGH');
  const kept = told.asKept(AT);
  const ofTexts = Object.keys(kept).filter((what) => what.startsWith('REPEATED_TEXT'));
  expect(ofTexts).toHaveLength(500);
  expect(kept).toMatchObject({
    SEAT_IDLE: 1,
    'REPEATED_TEXT before': AT + 10_000,
    'REPEATED_TEXT 1999': AT + 2_000,
  });
  expect(kept).toHaveProperty('PENDING_INVITATIONS_HIGH');
  expect(kept).not.toHaveProperty(['REPEATED_TEXT 1500']);
  expect(kept).toHaveProperty(['REPEATED_TEXT 1501']);
  expect(Object.keys(told.asKept(AT + 1_999))).toEqual(
    expect.arrayContaining(['SEAT_IDLE', 'REPEATED_TEXT 1999', 'REPEATED_TEXT before']),
  );
  expect(told.asKept(AT + 1_999)).not.toHaveProperty(['REPEATED_TEXT 1998']);
});
