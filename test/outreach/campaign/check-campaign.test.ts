import { approvalStateOf } from '../../../src/outreach/campaign/approval.js';
import { checkCampaign, type CampaignFacts } from '../../../src/outreach/campaign/check-campaign.js';
import { spelled, type ApprovedContent } from '../../../src/outreach/campaign/content.js';
import { problemInWords } from '../../../src/outreach/campaign/problem-words.js';
import { spread, type SpreadSeat } from '../../../src/outreach/campaign/spread.js';
import type { Definition, Step } from '../../../src/outreach/campaign/steps.js';
import { valuesOf } from '../../../src/outreach/campaign/values.js';
import { NO_WORDS } from '../../../src/outreach/prospect.js';
import { USUAL } from './stage.js';

const BOUND = { recommended: null, most: 300 };
const ADA = valuesOf({ ...NO_WORDS, firstName: 'Ada', lastName: 'King', company: 'Looms' });
const FINE: CampaignFacts = {
  ...{ purpose: 'To meet', lawfulBasis: 'CONSENT', dataSource: 'A list', people: 3 },
  ...{ endsOn: null, today: '2026-12-01', repetition: { most: 25, days: 30 } },
  definition: withTexts('I came across {{ company }} and you, {{ first_name }}: how is it there?'),
  seats: [{ tier: 'BASIC', isRemoved: false, lacksInmail: false }],
  trials: {
    ...{ people: [ADA], tiers: ['BASIC'], lengthsOf: () => ({ subject: BOUND, body: BOUND }) },
    inTurn: async (work) => work(),
  },
};

/** The usual steps, all with one text. */
function withTexts(body: string): Definition {
  const variants = [{ key: 'a', weight: 1, subject: 'Looms', body }];
  const steps = USUAL.steps.map((step): Step => ('variants' in step ? { ...step, variants } : step));
  return { ...USUAL, steps };
}

async function found(facts: Partial<CampaignFacts>): Promise<string[]> {
  const problems = await checkCampaign({ ...FINE, ...facts });
  return problems.map(({ severity, code, path }) => `${severity} ${code} ${path.join('.')}`);
}

describe('the check of a campaign', () => {
  it.each<[string, Partial<CampaignFacts>, string[]]>([
    ['nothing against one that is fine', {}, []],
    ['no steps', { definition: null }, ['CRITICAL STEPS_MISSING steps']],
    ['nobody meant', { people: null }, ['CRITICAL AUDIENCE_MISSING audienceTags']],
    ['nobody there', { people: 0 }, ['WARNING AUDIENCE_EMPTY audienceTags']],
    ['no seats', { seats: [] }, ['CRITICAL SEATS_MISSING seats']],
    ['a last day that is over', { endsOn: '2026-11-30' }, ['CRITICAL ENDED_ALREADY endsOn']],
    ['nothing against a last day that is today', { endsOn: '2026-12-01' }, []],
    ['no ground', { lawfulBasis: null }, ['WARNING LAWFUL_BASIS_MISSING lawfulBasis']],
    ['as many people as may get one text', { people: 25 }, []],
    [
      'more people than may get one text',
      { people: 26 },
      [0, 2, 3].map((index) => `WARNING TEXT_FOR_TOO_MANY steps.${index}.variants.0`),
    ],
    [
      'nothing where they are shared out among seats',
      { people: 50, seats: [FINE.seats[0]!, { ...FINE.seats[0]!, tier: 'PREMIUM_BUSINESS' }] },
      [],
    ],
    ['nothing where the policy has no such rule', { people: 26, repetition: { most: null, days: 0 } }, []],
    [
      'no seat with InMails',
      { seats: [{ tier: 'BASIC', isRemoved: false, lacksInmail: true }] },
      ['CRITICAL ACTION_NOT_IN_TIER steps.3'],
    ],
  ])('finds %s', async (_, facts, expected) => {
    expect(await found(facts)).toEqual(expected);
  });

  it('warns of a first touch that does not say where the data is from, and of no later one', async () => {
    const definition = withTexts('Dear {{ first_name }}, how is {{ company }} doing these days?');
    expect(await found({ definition })).toEqual(['WARNING TEXT_FINDING steps.0.variants.0.body']);
  });

  it('tells for how many a text can’t be filled in, and refuses what can’t be for anybody', async () => {
    const nobody = valuesOf(NO_WORDS);
    const people = [ADA, nobody];
    const some = await found({ trials: { ...FINE.trials, people } });
    expect(new Set(some)).toEqual(
      new Set([0, 2, 3].map((index) => `WARNING VALUE_MISSING steps.${index}.variants.0.body`)),
    );
    const none = await found({ trials: { ...FINE.trials, people: [nobody] } });
    expect(none[0]).toBe('CRITICAL VALUE_MISSING steps.0.variants.0.body');
  });

  it.each([
    ['twice', 100, 2],
    ['five times while the machine does something else', 10, 5],
  ])('does not try texts for ever: one that is slow is tried %s, and not launched', async (_, ms, times) => {
    const body = `{% assign a = "${'a'.repeat(800)}" | split: "" %}${'{% for i in a %}'.repeat(4)}${'{% endfor %}'.repeat(4)}`;
    const variants = Array.from({ length: 10 }, (_, index) => ({
      key: `v${index}`,
      weight: 1,
      subject: null,
      body,
    }));
    const step = (index: number): Step => ({
      kind: 'CONNECT',
      key: `k${index}`,
      delayMinutes: 0,
      next: null,
      variants,
    });
    const definition: Definition = {
      v: 1,
      stopOnReply: true,
      steps: Array.from({ length: 60 }, (_, index) => step(index)),
    };
    const pieces: number[] = [];
    const inTurn: CampaignFacts['trials']['inTurn'] = async (work) => {
      const begun = process.resourceUsage().userCPUTime;
      const done = work();
      pieces.push((process.resourceUsage().userCPUTime - begun) / 1_000);
      return done;
    };
    const given = jest.spyOn(process, 'cpuUsage').mockImplementation((since) => {
      return { user: since ? ms * 1_000 : 0, system: 0 };
    });
    const codes = await found({ definition, trials: { ...FINE.trials, inTurn } }).finally(() =>
      given.mockRestore(),
    );
    expect(codes).toContain('CRITICAL TEXTS_TOO_SLOW steps.0.variants.0');
    expect(pieces).toHaveLength(times);
    expect(Math.max(...pieces)).toBeLessThan(1_000);
  });

  it('does not try hundreds of texts for ever either, of which none takes too long by itself', async () => {
    const [touch] = FINE.definition!.steps.filter((step) => 'variants' in step);
    const steps = Array.from({ length: 40 }, (_, index): Step => ({ ...touch!, key: `k${index}` }));
    let now = 0;
    const clock = jest.spyOn(process, 'cpuUsage').mockImplementation((since) => {
      return { user: now * 1_000 - (since?.user ?? 0), system: 0 };
    });
    try {
      let tried = 0;
      const inTurn: CampaignFacts['trials']['inTurn'] = async (work) => ((tried += 1), work());
      const lengthsOf: CampaignFacts['trials']['lengthsOf'] = (...of) => {
        now += 60;
        return FINE.trials.lengthsOf(...of);
      };
      const trials = { ...FINE.trials, lengthsOf, inTurn };
      const codes = await found({ definition: { ...FINE.definition!, steps }, trials });
      expect(codes).toContain('CRITICAL TEXTS_TOO_SLOW steps');
      expect(tried).toBe(17);
    } finally {
      clock.mockRestore();
    }
  });

  it('has words for each', async () => {
    const [problem] = await checkCampaign({ ...FINE, definition: null });
    expect(problemInWords(problem!)).toBe('It has no steps.');
  });
});

describe('the values of a person', () => {
  it('are those of the list, its own fields by their names, and no field takes the place of a name', () => {
    const custom = { 'Last Post': 'looms', 'First Name': 'Bob' };
    const values = valuesOf({ ...NO_WORDS, firstName: 'Ada', lastName: 'King', custom });
    expect(Object.fromEntries(values)).toEqual({
      ...{ last_post: 'looms', first_name: 'Ada', last_name: 'King', full_name: 'Ada King' },
    });
  });
});

describe('spreading people', () => {
  const seat = (id: string, more: Partial<SpreadSeat> = {}): SpreadSeat => {
    return { id, weight: 1, room: 10, people: 0, ...more };
  };
  const nobodyKnows = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      recipientId: `r${index}`,
      connectedSeatIds: new Set<string>(),
    }));
  const counts = (given: ReadonlyMap<string, string>) =>
    ['a', 'b', 'c'].map((id) => [...given.values()].filter((one) => one === id).length);

  it.each<[string, readonly SpreadSeat[], number[]]>([
    ['evenly over the same seats', [seat('a'), seat('b'), seat('c')], [4, 4, 4]],
    ['by weight', [seat('a', { weight: 3 }), seat('b', { weight: 1 })], [9, 3, 0]],
    ['by room', [seat('a', { room: 30 }), seat('b', { room: 10 })], [9, 3, 0]],
    ['past a seat without room', [seat('a', { room: 0 }), seat('b')], [0, 12, 0]],
    ['evenly where none has room', [seat('a', { room: 0 }), seat('b', { room: 0 })], [6, 6, 0]],
    ['to whoever has fewest so far', [seat('a', { people: 12 }), seat('b')], [0, 12, 0]],
  ])('goes %s', (_, seats, expected) => {
    expect(counts(spread(nobodyKnows(12), seats))).toEqual(expected);
    expect(spread(nobodyKnows(12), seats.toReversed())).toEqual(spread(nobodyKnows(12), seats));
  });

  it('prefers a seat that is connected to the person, however full', () => {
    const people = [{ recipientId: 'r', connectedSeatIds: new Set(['b']) }];
    expect(spread(people, [seat('a'), seat('b', { people: 99 })]).get('r')).toBe('b');
  });

  it('gives nobody to no seat', () => {
    expect(spread(nobodyKnows(3), []).size).toBe(0);
  });
});

describe('an approval', () => {
  const content: ApprovedContent = {
    ...{ v: 1, audience: { segmentId: null, tags: ['a'] }, definition: USUAL, startsOn: null, endsOn: null },
    caps: [
      { actions: ['FOLLOW'], onlyWithNote: false, windowKind: 'CALENDAR_DAY', windowSeconds: null, max: 2 },
      { actions: ['COMMENT'], onlyWithNote: false, windowKind: 'CALENDAR_DAY', windowSeconds: null, max: 3 },
    ],
  };

  it('is about one spelling, whatever the order of names and caps', () => {
    const read = JSON.parse(JSON.stringify(content)) as ApprovedContent;
    const { v, audience, definition, caps, startsOn, endsOn } = read;
    const turned = { endsOn, startsOn, caps, definition, audience, v };
    expect(spelled({ ...turned, caps: read.caps.toReversed() })).toBe(spelled(content));
    expect(spelled({ ...content, endsOn: '2026-12-01' })).not.toBe(spelled(content));
    expect(spelled({ ...content, definition: { ...USUAL, stopOnReply: false } })).not.toBe(spelled(content));
  });

  it('holds only while it is the newest, about the same, and of a campaign that has not ended', () => {
    const asked = { answer: 'APPROVED', isNewest: true, isSame: true, campaign: 'RUNNING' } as const;
    expect(approvalStateOf(asked)).toBe('APPROVED');
    expect(approvalStateOf({ ...asked, isSame: false })).toBe('CHANGED');
    expect(approvalStateOf({ ...asked, isNewest: false })).toBe('SUPERSEDED');
    expect(approvalStateOf({ ...asked, campaign: 'COMPLETED' })).toBe('CLOSED');
    expect(approvalStateOf({ ...asked, answer: null })).toBe('OPEN');
  });
});
