import fc from 'fast-check';
import {
  firstPlace,
  nextStep,
  placeBehind,
  type EnrolmentFacts,
} from '../../../src/outreach/campaign/next-step.js';
import type { Definition, Step } from '../../../src/outreach/campaign/steps.js';
import { MINUTE } from '../../../src/quota/window.js';
import { CONNECTION_DEGREES } from '../../../src/quota/words.js';

const TEXT = [{ key: 'a', weight: 1, subject: null, body: 'Hi {{ first_name }}' }];
export const MINUTES_MAX = 150;
export const EVERY_MINUTE = Array.from({ length: MINUTES_MAX + 1 }, (_, index) => index);

/** Invites, waits for two minutes, then writes; to whoever does not accept, an InMail. */
export const USUAL: Definition = {
  v: 1,
  stopOnReply: true,
  steps: [
    { kind: 'CONNECT', key: 'invite', delayMinutes: 0, next: 'accepted', variants: [] },
    {
      ...{ kind: 'BRANCH', key: 'accepted', waitMinutes: 2, then: 'thank', otherwise: 'inmail' },
      condition: { kind: 'ACCEPTED', degrees: [] },
    },
    { kind: 'MESSAGE', key: 'thank', delayMinutes: 1, next: null, variants: TEXT },
    { kind: 'INMAIL', key: 'inmail', delayMinutes: 0, next: null, variants: TEXT },
  ],
};

/** Steps that lead to later ones alone, in any way. */
export const definitions: fc.Arbitrary<Definition> = fc
  .record({ length: fc.integer({ min: 1, max: 8 }), stopOnReply: fc.boolean() })
  .chain(({ length, stopOnReply }) =>
    fc.tuple(...Array.from({ length }, (_, index) => stepAt(index, length))).map((steps) => {
      return { v: 1 as const, stopOnReply, steps };
    }),
  );

function stepAt(index: number, length: number): fc.Arbitrary<Step> {
  const later = Array.from({ length: length - index - 1 }, (_, more) => `s${index + 1 + more}`);
  const next = fc.constantFrom(...later, null);
  const delayed = { key: fc.constant(`s${index}`), delayMinutes: fc.integer({ min: 0, max: 6 }), next };
  const texts = fc.constant(TEXT);
  return fc.oneof(
    fc.record({ ...delayed, kind: fc.constant('WAIT' as const) }),
    fc.record({ ...delayed, kind: fc.constant('ENGAGE' as const), action: fc.constant('REACTION' as const) }),
    fc.record({
      ...delayed,
      kind: fc.constantFrom('CONNECT' as const, 'MESSAGE' as const, 'INMAIL' as const),
      variants: texts,
    }),
    fc.record({
      ...{ key: delayed.key, kind: fc.constant('BRANCH' as const), then: next, otherwise: next },
      waitMinutes: fc.integer({ min: 0, max: 6 }),
      condition: fc.record({
        kind: fc.constantFrom(
          'ACCEPTED' as const,
          'REPLIED' as const,
          'DEGREE' as const,
          'OPEN_PROFILE' as const,
        ),
        degrees: fc.subarray([...CONNECTION_DEGREES]),
      }),
    }),
  );
}

const minute = fc.option(fc.integer({ min: 0, max: 20 }).map((minutes) => minutes * MINUTE));
export const anyFacts: fc.Arbitrary<EnrolmentFacts> = fc.record({
  ...{ degree: fc.constantFrom(...CONNECTION_DEGREES), openProfile: fc.boolean(), lacksInmail: fc.boolean() },
  ...{ acceptedAt: minute, declinedAt: minute, repliedAt: minute, optedOutAt: minute },
});

export interface Done {
  readonly key: string;
  readonly minute: number;
}

/** What is done, and when it ended, where somebody looks at these minutes and does what is due as of when it was. */
export function run(definition: Definition, facts: EnrolmentFacts, looks: readonly number[]) {
  const done: Done[] = [];
  let place = firstPlace(definition, 0);
  for (const look of looks) {
    for (;;) {
      const next = nextStep(definition, place, facts, look * MINUTE);
      if (next.kind === 'ENDS') return { done, because: next.because };
      place = next.place;
      if (next.kind === 'WAITS' || next.dueAt > look * MINUTE) break;
      done.push({ key: next.step.key, minute: next.dueAt / MINUTE });
      place = placeBehind(next.step, next.dueAt);
    }
  }
  return { done, because: null };
}
