import type { LedgerTransaction } from '../books/connection.js';
import type { AgencyReading } from '../reading/reading.js';
import type { Wants } from '../reading/wants.js';
import { readEngagements, readHoldsOfPeople, type HoldOfPerson } from './engagement-facts.js';
import { keysOfEmployers, markName, readMarks } from './marks.js';
import { readPeople, type PersonRef } from './people-facts.js';
import { keyName, readRecipients } from './recipients.js';

type Asked = Pick<Wants, 'people' | 'engagements' | 'recipients'>;
type ReadingOf = (agencyId: string) => AgencyReading;
type Told = Pick<PersonRef, 'agencyId' | 'key' | 'employers'>;

/** Reads who people are, and what the books hold of them and of the seats that ask about them. */
export async function readPeopleOf(
  transaction: LedgerTransaction,
  { people, engagements, recipients }: Asked,
  of: ReadingOf,
): Promise<void> {
  const optedOut = engagements.filter(({ kind }) => kind === 'OPTED_OUT');
  const [answers, holds] = await Promise.all([
    readEngagements(transaction, engagements),
    readHoldsOfPeople(transaction, optedOut),
    readAll(transaction, [...people, ...engagements], recipients, of),
  ]);
  for (const { agencyId, name, ...one } of answers.firstSends)
    listIn(of(agencyId).firstSends, name).push(one);
  for (const { agencyId, name, ...one } of answers.known) listIn(of(agencyId).engagements, name).push(one);
  takeHolds(holds, of);
}

async function readAll(
  transaction: LedgerTransaction,
  asked: readonly PersonRef[],
  others: Wants['recipients'],
  of: ReadingOf,
): Promise<void> {
  const named = [...asked, ...others];
  const told = others.flatMap(({ employers = [], ...one }) =>
    employers.length > 0 ? { ...one, employers } : [],
  );
  const telling: Told[] = [...asked, ...told];
  const [recipients, people, marks] = await Promise.all([
    readRecipients(transaction, named),
    readPeople(transaction, asked),
    readMarks(transaction, telling),
  ]);
  for (const [index, known] of recipients.entries()) {
    const { agencyId, key } = named[index]!;
    if (known) of(agencyId).recipients.set(keyName(key), known);
  }
  for (const { agencyId, name, read } of people) of(agencyId).people.set(name, read);
  for (const { agencyId, name, mark } of marks) listIn(of(agencyId).marks, name).push(mark);
  // Hardly anybody tells of an employer that is marked: only then it is asked what is under way to the person.
  const isMarked = ({ agencyId, employers }: Told): boolean =>
    keysOfEmployers(employers).some((key) => of(agencyId).marks.has(markName(key)));
  takeHolds(await readHoldsOfPeople(transaction, telling.filter(isMarked)), of);
}

/** Each once: somebody may have opted out, and be told of. */
function takeHolds(holds: readonly HoldOfPerson[], of: ReadingOf): void {
  for (const { askedId, hold } of holds) {
    const known = listIn(of(hold.agencyId).holdsOfPeople, askedId);
    if (!known.some(({ id }) => id === hold.id)) known.push(hold);
  }
}

function listIn<Value>(lists: Map<string, Value[]>, key: string): Value[] {
  const known = lists.get(key) ?? [];
  lists.set(key, known);
  return known;
}
