import { isEnumType } from 'graphql';
import type { Json } from '../support/api.js';
import { type Asked, askedOf, type Place, placesOf } from './places.js';
import { openStage, PART_MS_MAX, type Stage } from './stage.js';
import { valueAt, withValue } from './values.js';
import { isDone, plain, type Sent } from './walk.js';

/** What nobody in their right mind says, at every place of the schema: it is refused, or done, and never a fault of ours. */

const LONG = 'x'.repeat(9_000);
const TEXTS = ['', ' ', '\0', '\ud800', '__proto__', '%', '\\', "'", '{{', '\u202e', '🙂'.repeat(50), LONG];
const EXTREMES: Readonly<Record<string, readonly unknown[]>> = {
  String: TEXTS,
  ID: ['', '1', 'seat_00000000000000000000000000', '\0', LONG],
  Int: [0, -1, 1, 2 ** 31 - 1, -(2 ** 31)],
  Float: [0, -1, 1e308, -1e308, 5e-324],
  Boolean: [true, false],
  DateTime: ['0001-01-01T00:00:00Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  Date: ['0001-01-01', '1970-01-01', '2028-02-29', '9999-12-31'],
  TimeZone: ['Etc/GMT+12', 'Pacific/Kiritimati', 'utc', 'EST'],
  LocalTime: ['00:00', '23:59'],
};

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

function extremesOf({ type }: Place): readonly unknown[] {
  return isEnumType(type)
    ? type
        .getValues()
        .map(({ name }) => name)
        .toReversed()
    : (EXTREMES[type.name] ?? []);
}

/** The same with a list on the way to a place said twice over, and with none in it. */
function listsOf(place: Place, values: Json): Json[] {
  const depth = place.path.indexOf('0');
  if (depth < 0) return [];
  const path = place.path.slice(0, depth);
  const list = valueAt(values, path);
  return [[...list, ...list], []].map((one) => withValue(values, path, one));
}

/** What may be sent, with something at a place; the same as before where that has it and nothing was done by it. */
async function sentTo(place: Place, before: Sent | null): Promise<Sent> {
  const isThere = before !== null && valueAt(before.values, place.path) !== undefined;
  return isThere ? before : stage.walker.sentBy(stage.mine, place.asked, [place]);
}

async function faultsOf(asked: Asked): Promise<string[]> {
  const faults: string[] = [];
  let unused: Sent | null = null;
  for (const place of placesOf(asked)) {
    const sent: Sent = await sentTo(place, unused);
    const said = [
      ...listsOf(place, sent.values),
      ...extremesOf(place).map((value) => withValue(sent.values, place.path, value)),
    ];
    const sents = said.map((values): Sent => ({ ...sent, values, levels: 1 }));
    const answers = await stage.walker.askMany(stage.mine.key, sents);
    for (const [index, answer] of answers.entries()) {
      const isFault = answer.status >= 500 || answer.errors.some(({ code }: Json) => code === 'INTERNAL');
      if (!isFault) continue;
      const value = JSON.stringify(valueAt(said[index], place.path))?.slice(0, 40);
      faults.push(`${place.name} ${value}: ${plain(answer).slice(0, 300)}`);
    }
    unused = answers.some((answer) => isDone(sent, answer)) ? null : sent;
  }
  return faults;
}

it(
  'nothing that is said anywhere is answered as a fault of ours',
  async () => {
    const faults: string[] = [];
    for (const asked of askedOf(stage.schema)) faults.push(...(await faultsOf(asked)));
    expect(faults).toEqual([]);
  },
  PART_MS_MAX,
);
