import { randomUUID } from 'node:crypto';
import { likeness, NEAR } from '../../../src/quota/sketch.js';
import type { TextSketch } from '../../../src/quota/text.js';
import { textMarks } from '../../../src/services/decisions/text-marks.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';

const FINGERPRINTS = new Fingerprints('a secret of this test');
/** Fixed, as the secret is: what is measured is the same in every run. */
const SEAT = {
  agencyId: '00000000-0000-4000-8000-00000000000a',
  seatId: '00000000-0000-4000-8000-00000000000b',
};

interface Written {
  readonly body: string;
  readonly variables?: string[];
  readonly name?: string;
  readonly company?: string;
}

function sketch(
  { body, variables, ...recipient }: Written,
  fingerprints = FINGERPRINTS,
  seat = SEAT,
): TextSketch {
  const message = variables ? { body, variables } : { body };
  return textMarks(fingerprints, seat, message, recipient).sketches[0]!;
}

/** As the books find it: one band in common, and then near. */
const isFound = (one: TextSketch, other: TextSketch): boolean =>
  one.bands.some((band) => other.bands.includes(band)) && likeness(one.sketch, other.sketch) >= NEAR;

const NAMES =
  'Ada Ben Chiara Dev Emeka Fatima Goran Hana Ivo Jun Kofi Lena Mateo Nadia Omar Priya Quinn Rosa Sven Tara Uma Vera Wim Xenia Yusuf Zoe Aiko Bruno Celia Dario'.split(
    ' ',
  );
const COMPANIES = NAMES.map(
  (name, index) =>
    `${name.slice(0, 2)}${['Works', 'Labs Ltd', 'Soft', 'Systems GmbH', 'Partners'][index % 5]}`,
);

/** Texts of different authors on what outreach is about. */
const TEXTS = [
  'Hi NAME, I saw that COMPANY is hiring three data engineers this spring. We help teams like yours to fill such roles within six weeks, without agency fees. Would a short call on Thursday be of any use?',
  'Hello NAME, your talk on supply chains in Rotterdam stayed with me. I run a small group of logistics leads who meet once a month over breakfast, and I think people from COMPANY would enjoy it.',
  'NAME, thanks for connecting. I noticed that COMPANY moved its billing to a new provider last year. Many finance heads tell me that reconciliations took longer afterwards; was it the same for you?',
  'Good morning NAME, we have not met, but we both know Peter from the chamber of commerce. He suggested that I ask you how COMPANY handles the new packaging rules, because we are preparing a guide.',
  'Dear NAME, I am writing a book about family firms in their third generation. The story of COMPANY would fit well into the chapter on succession. May I send you four questions by mail?',
  'Hi NAME! Quick one: do you still use spreadsheets for shift planning at COMPANY? Our customers in retail cut planning time by half, and I would gladly show you how in fifteen minutes.',
  'Hi NAME, congratulations on the new role at COMPANY. When I started as head of marketing, nobody gave me a list of vendors worth keeping. I made one; shall I pass it on?',
  'Hello NAME, I read the report that COMPANY published on heat pumps. Page nine has a number that contradicts the federal statistics, and I would love to understand where it comes from.',
  'NAME, my team tests websites for accessibility. The checkout of COMPANY cannot be used with a keyboard alone. I can send you the recording, at no cost, if you tell me where to.',
  'Hi NAME, we are looking for a speaker on cyber insurance for our meeting in Vienna in May. Someone at COMPANY recommended you warmly. Travel and hotel are covered, of course.',
  'Hi NAME, would love to connect and follow what COMPANY does in biotech.',
  'Thank you for connecting, NAME. How is business at COMPANY these days?',
];
const copy = (text: string, person: number): string =>
  text.replaceAll('NAME', NAMES[person]!).replaceAll('COMPANY', COMPANIES[person]!);
const PEOPLE = NAMES.map((_, person) => person);

describe('a template for thirty people is one text', () => {
  it.each(TEXTS)('%s', (text) => {
    const told = PEOPLE.map((person) =>
      sketch({ body: copy(text, person), variables: [NAMES[person]!, COMPANIES[person]!] }),
    );
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    const ofRecipient = PEOPLE.map((person) =>
      sketch({ body: copy(text, person), name: `${NAMES[person]} Example`, company: COMPANIES[person]! }),
    );
    expect(ofRecipient.map(({ id }) => id)).toEqual(told.map(({ id }) => id));
  });
});

it('is found by most of its copies where nobody says what was put in', () => {
  const pairs = TEXTS.slice(0, 10).flatMap((text) =>
    PEOPLE.slice(1).map(
      (person) => [sketch({ body: copy(text, 0) }), sketch({ body: copy(text, person) })] as const,
    ),
  );
  const missed = pairs.filter(([one, other]) => !isFound(one, other)).length / pairs.length;
  // Measured: none of 290 pairs; the least alike share 0.61, all of them 0.75 on average.
  expect(missed).toBeLessThan(0.01);
});

it('is not what somebody else wrote on the same subject', () => {
  const sketches = TEXTS.flatMap((text, index) =>
    [0, 1, 2].map((person) => ({ index, sketch: sketch({ body: copy(text, person) }) })),
  );
  const pairs = sketches.flatMap((one) =>
    sketches.filter((other) => other.index > one.index).map((other) => [one.sketch, other.sketch] as const),
  );
  expect(pairs.length).toBeGreaterThan(500);
  expect(pairs.filter(([one, other]) => isFound(one, other))).toEqual([]);
  // Measured: 0.06.
  expect(Math.max(...pairs.map(([one, other]) => likeness(one.sketch, other.sketch)))).toBeLessThan(0.1);
});

it('is told from it by likeness: the share of their parts that two texts have in common', () => {
  const words = (from: number) => Array.from({ length: 60 }, (_, index) => `word${from + index}`).join(' ');
  // 58 parts each; of texts that are moved by n words, 58 - n are common.
  for (const moved of [0, 10, 20, 40, 60]) {
    const common = Math.max(0, 58 - moved);
    const measured = likeness(sketch({ body: words(0) }).sketch, sketch({ body: words(moved) }).sketch);
    expect(Math.abs(measured - common / (116 - common))).toBeLessThan(0.2);
  }
});

describe('what is kept of a text', () => {
  const body = 'The quick brown fox jumps over the lazy dog.';

  it('is of the secret, the agency and the seat', () => {
    const others = [
      sketch({ body }, new Fingerprints('another secret')),
      sketch({ body }, FINGERPRINTS, { ...SEAT, agencyId: randomUUID() }),
    ];
    for (const other of others) {
      expect(likeness(sketch({ body }).sketch, other.sketch)).toBeLessThan(0.1);
      expect(isFound(sketch({ body }), other)).toBe(false);
    }
    expect(sketch({ body }, FINGERPRINTS, { ...SEAT, seatId: randomUUID() }).id).not.toBe(
      sketch({ body }).id,
    );
    expect(sketch({ body })).toEqual(sketch({ body }));
  });

  it('is found again once the secret was replaced', () => {
    const replaced = new Fingerprints('a newer secret', 'a secret of this test');
    const { sketches } = textMarks(replaced, SEAT, { body }, {});
    expect(sketches).toHaveLength(2);
    expect(sketches[1]).toEqual(sketch({ body }));
  });

  it('is nothing of an empty text', () => {
    expect(textMarks(FINGERPRINTS, SEAT, { body: ' ' }, {}).sketches).toEqual([]);
  });

  it('holds no word of it', () => {
    const marks = textMarks(
      FINGERPRINTS,
      SEAT,
      { subject: 'Zebra', body, variables: ['fox'] },
      { name: 'Quagga' },
    );
    expect(JSON.stringify(marks)).not.toMatch(/quick|fox|lazy|zebra|quagga/i);
  });

  it('has bands that a bigint column and JSON keep', () => {
    for (const band of sketch({ body }).bands) expect(Number.isSafeInteger(band)).toBe(true);
    expect(new Set(sketch({ body }).bands).size).toBe(16);
  });
});
