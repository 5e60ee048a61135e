import fc from 'fast-check';
import { checkSteps } from '../../../src/outreach/campaign/check-steps.js';
import { waysFrom, type Definition, type Step } from '../../../src/outreach/campaign/steps.js';
import { anyFacts, definitions, EVERY_MINUTE, run, USUAL } from './stage.js';

describe('the check of steps', () => {
  it('finds nothing against the usual ones', () => {
    expect(checkSteps(USUAL)).toEqual([]);
  });

  it('finds a way that leads back, wherever it does, and none where there is none', () => {
    const leadingBack = definitions.chain((definition) =>
      fc.record({
        definition: fc.constant(definition),
        from: fc.nat(definition.steps.length - 1),
        to: fc.nat(definition.steps.length - 1),
      }),
    );
    fc.assert(
      fc.property(leadingBack, ({ definition, from, to }) => {
        const back = `s${to}`;
        const steps = definition.steps.map((step, index) =>
          index !== from
            ? step
            : step.kind === 'BRANCH'
              ? { ...step, otherwise: back }
              : { ...step, next: back },
        );
        const codes = checkSteps({ ...definition, steps }).map(({ code }) => code);
        expect(codes.includes('ENDLESS')).toBe(hasCircle(steps));
      }),
    );
  });

  it('lets nobody come to a message who may not be connected', () => {
    fc.assert(
      fc.property(definitions, anyFacts, (definition, facts) => {
        const unproven = checkSteps(definition).some(({ code }) => code === 'NOT_CONNECTED_YET');
        const { done } = run(definition, facts, EVERY_MINUTE);
        const messaged = done.find(({ key }) => kindOf(definition, key) === 'MESSAGE');
        const wasConnected = facts.degree === 'FIRST' || facts.acceptedAt !== null;
        if (!unproven && messaged) expect(wasConnected).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('tells all that is wrong at once, and where', () => {
    const wrong: Definition = {
      v: 1,
      stopOnReply: true,
      steps: [
        { kind: 'WAIT', key: 'Wait!', delayMinutes: -1, next: 'nowhere' },
        { kind: 'MESSAGE', key: 'text', delayMinutes: 0, next: 'text', variants: [] },
        {
          ...{ kind: 'BRANCH', key: 'text', waitMinutes: 600_000, then: null, otherwise: null },
          condition: { kind: 'DEGREE', degrees: [] },
        },
      ],
    };
    const told = checkSteps(wrong).map(({ code, path }) => `${code} ${path.join('.')}`);
    expect(told).toEqual([
      'KEY_INVALID steps.0.key',
      'NEXT_UNKNOWN steps.0.next',
      'DELAY_OUT_OF_RANGE steps.0.delayMinutes',
      'TEXT_MISSING steps.1.variants',
      'KEY_TWICE steps.2.key',
      'DELAY_OUT_OF_RANGE steps.2.waitMinutes',
      'DEGREES_MISSING steps.2.degrees',
      'BRANCH_IN_VAIN steps.2',
      'UNREACHABLE steps.1',
      'UNREACHABLE steps.2',
    ]);
  });
});

function kindOf({ steps }: Definition, key: string): string | undefined {
  return steps.find((step) => step.key === key)?.kind;
}

/** By taking away what leads nowhere any more until nothing goes, among those that the first one leads to. */
function hasCircle(steps: readonly Step[]): boolean {
  const reached = new Set<string>();
  const todo = [steps[0]!.key];
  for (let key = todo.pop(); key !== undefined; key = todo.pop()) {
    if (reached.has(key)) continue;
    reached.add(key);
    const step = steps.find((one) => one.key === key)!;
    todo.push(...waysFrom(step).flatMap((next) => next ?? []));
  }
  for (;;) {
    const leaf = [...reached].find((key) => {
      const step = steps.find((one) => one.key === key)!;
      return waysFrom(step).every((next) => next === null || !reached.has(next));
    });
    if (leaf === undefined) return reached.size > 0;
    reached.delete(leaf);
  }
}
