import fc from 'fast-check';
import {
  firstPlace,
  nextStep,
  type EnrolmentFacts,
  type Next,
  type Place,
} from '../../../src/outreach/campaign/next-step.js';
import type { Definition, Step } from '../../../src/outreach/campaign/steps.js';
import { MINUTE } from '../../../src/quota/window.js';
import { anyFacts, definitions, EVERY_MINUTE, MINUTES_MAX, run, USUAL, type Done } from './stage.js';

const NOTHING: EnrolmentFacts = {
  ...{ degree: 'SECOND', openProfile: false, lacksInmail: false },
  ...{ acceptedAt: null, declinedAt: null, repliedAt: null, optedOutAt: null },
};

function at(place: Place, minute: number, facts: Partial<EnrolmentFacts> = {}): Next {
  return nextStep(USUAL, place, { ...NOTHING, ...facts }, minute * MINUTE);
}

describe('the next step', () => {
  const invited: Place = { step: 'accepted', since: 0 };

  it('is the first one for whoever begins, and passes over an invitation of somebody connected', () => {
    const first = firstPlace(USUAL, 0);
    expect(at(first, 0)).toMatchObject({ kind: 'TOUCH', step: { key: 'invite' }, dueAt: 0 });
    expect(at(first, 0, { degree: 'FIRST' })).toMatchObject({ step: { key: 'thank' }, dueAt: MINUTE });
  });

  it.each([
    ['nothing, while they may still accept', 1, {}, { kind: 'WAITS', until: 2 * MINUTE }],
    ['counted from the acceptance', 2, { acceptedAt: MINUTE }, { step: { key: 'thank' }, dueAt: 2 * MINUTE }],
    [
      'the same for whoever looks late',
      90,
      { acceptedAt: MINUTE },
      { step: { key: 'thank' }, dueAt: 2 * MINUTE },
    ],
    ['still taken at the last instant', 2, { acceptedAt: 2 * MINUTE }, { step: { key: 'thank' } }],
    ['no more a moment later', 3, { acceptedAt: 2 * MINUTE + 1 }, { step: { key: 'inmail' } }],
    ['not met by what is yet to come', 1, { acceptedAt: 2 * MINUTE }, { kind: 'WAITS' }],
    ['the other way when time is up', 2, {}, { step: { key: 'inmail' }, dueAt: 2 * MINUTE }],
    [
      'the other way at once when they decline',
      1,
      { declinedAt: MINUTE },
      { step: { key: 'inmail' }, dueAt: MINUTE },
    ],
    ['the end when they answer', 1, { repliedAt: MINUTE }, { kind: 'ENDS', because: 'REPLIED' }],
    ['the end when they want no more', 1, { optedOutAt: 0 }, { kind: 'ENDS', because: 'OPTED_OUT' }],
  ])('behind an invitation is %s', (_, minute, facts, expected) => {
    expect(at(invited, minute, facts)).toMatchObject(expected);
  });

  it('passes over an InMail that the seat could not send, and goes on from there', () => {
    const mailed: Definition = {
      ...USUAL,
      steps: USUAL.steps.map((step) => (step.key === 'inmail' ? { ...step, next: 'look' } : step) as Step),
    };
    const steps: Step[] = [
      ...mailed.steps,
      { kind: 'ENGAGE', key: 'look', delayMinutes: 3, next: null, action: 'PROFILE_VIEW' },
    ];
    const next = (facts: Partial<EnrolmentFacts>) =>
      nextStep({ ...mailed, steps }, invited, { ...NOTHING, ...facts }, 2 * MINUTE);
    expect(next({ lacksInmail: true })).toMatchObject({ step: { key: 'look' }, dueAt: 5 * MINUTE });
    // To an open profile it is a free message, which every seat has.
    expect(next({ lacksInmail: true, openProfile: true })).toMatchObject({ step: { key: 'inmail' } });
  });

  it('goes on after an answer only where the steps say so', () => {
    const goesOn = { ...USUAL, stopOnReply: false };
    expect(nextStep(goesOn, invited, { ...NOTHING, repliedAt: 0 }, 0)).toMatchObject({ kind: 'WAITS' });
    expect(nextStep(goesOn, invited, { ...NOTHING, optedOutAt: 0 }, 0)).toMatchObject({ kind: 'ENDS' });
  });
});

/** The same by a clock that ticks: at each minute what is true then, and nothing worked out ahead. */
function tick({ steps, stopOnReply }: Definition, facts: EnrolmentFacts) {
  const done: Done[] = [];
  const lacksInmail = facts.lacksInmail && !facts.openProfile;
  const is = (happenedAt: number | null, now: number) => happenedAt !== null && happenedAt <= now * MINUTE;
  let [key, waited]: [string | null, number] = [steps[0]!.key, 0];
  for (let now = 0; now <= MINUTES_MAX; now += 1) {
    for (;;) {
      if (is(facts.optedOutAt, now)) return { done, because: 'OPTED_OUT' };
      if (stopOnReply && is(facts.repliedAt, now)) return { done, because: 'REPLIED' };
      const step = steps.find((one) => one.key === key);
      if (!step) return { done, because: 'STEPS_DONE' };
      const isConnected =
        is(facts.acceptedAt, now) || (facts.acceptedAt === null && facts.degree === 'FIRST');
      if (step.kind === 'BRANCH') {
        const { kind, degrees } = step.condition;
        const isMet = {
          ACCEPTED: isConnected,
          REPLIED: is(facts.repliedAt, now),
          DEGREE: degrees.includes(isConnected ? 'FIRST' : facts.degree),
          OPEN_PROFILE: facts.openProfile,
        }[kind];
        const isOver = waited >= step.waitMinutes || (kind === 'ACCEPTED' && is(facts.declinedAt, now));
        if (!isMet && !isOver) break;
        [key, waited] = [isMet ? step.then : step.otherwise, 0];
      } else if (step.kind === 'CONNECT' ? isConnected : step.kind === 'INMAIL' && lacksInmail) {
        [key, waited] = [step.next, 0];
      } else {
        if (waited < step.delayMinutes) break;
        if (step.kind !== 'WAIT') done.push({ key: step.key, minute: now });
        [key, waited] = [step.next, 0];
      }
    }
    waited += 1;
  }
  return { done, because: null };
}

describe('the steps of one person, whatever they are and whatever happens', () => {
  it('come as by a clock that ticks: none before its condition, none after an answer, and always to an end', () => {
    fc.assert(
      fc.property(definitions, anyFacts, (definition, facts) => {
        const ran = run(definition, facts, EVERY_MINUTE);
        expect(ran).toEqual(tick(definition, facts));
        expect(ran.because).not.toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it('are the same for whoever looks now and then, as long as nobody answers', () => {
    const looks = fc.subarray(EVERY_MINUTE.slice(0, -1)).map((some) => [...some, MINUTES_MAX]);
    const noAnswer = anyFacts.map((facts) => ({ ...facts, repliedAt: null, optedOutAt: null }));
    // Whoever accepts before they were invited is invited no more: that depends on who looks when.
    const uninvited = definitions.filter(({ steps }) => steps.every(({ kind }) => kind !== 'CONNECT'));
    fc.assert(
      fc.property(uninvited, noAnswer, looks, (definition, facts, some) => {
        expect(run(definition, facts, some)).toEqual(run(definition, facts, EVERY_MINUTE));
      }),
      { numRuns: 1_000 },
    );
  });

  it('are each done once at most', () => {
    fc.assert(
      fc.property(definitions, anyFacts, (definition, facts) => {
        const keys = run(definition, facts, EVERY_MINUTE).done.map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});
