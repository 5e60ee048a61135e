import type { EntityManager } from 'typeorm';
import type { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { readSeatTable, SEATS_ADDED_MAX, type SeatColumn } from '../../imports/seat-table.js';
import { LongWork } from '../../ledger/long-work.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { canBeKept, checkTimeZone } from '../checks.js';
import { insertSeats, type SeatToAdd } from './seat.adding.js';
import { byLine, errorsOf, type Candidate, type SeatError } from './seat.candidates.js';
import { allowanceReached, seatsFreeAt, type SeatsFree } from './seat.allowance.js';
import { readSeatRow } from './seat.cells.js';
import { checksOfDays, checksOfSeat, OPENING_TOTAL_MAX, type AddSeat } from './seat.checks.js';
import { accountAddress, newSeat } from './seat.columns.js';
import { findTaken, type Taken } from './seat.taken.js';
import { clientAccountsSeen } from '../visible.js';

export interface AddSeats {
  readonly dryRun: boolean;
}

export interface AddSeatsOfTable extends AddSeats {
  readonly csv: string;
  /** Of the rows that tell none. */
  readonly clientAccountId: string | null;
  /** The uuid that an id of a client account stands for; null where the text is none. */
  readonly uuidOf: (id: string) => string | null;
}

export interface SeatRow {
  readonly index: number;
  readonly line: number | null;
  readonly input: Partial<AddSeat>;
  /** Null unless it was added. */
  readonly seat: SeatEntity | null;
}

export interface SeatsAdded {
  readonly dryRun: boolean;
  readonly added: number;
  readonly rows: readonly SeatRow[];
  /** In order of lines, all of them; where there is one, nothing was added. */
  readonly errors: readonly SeatError[];
}

/** Many seats in one go: all of them, or none. */
export class SeatBulk {
  constructor(
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /** Refuses with FORBIDDEN_FOR_ROLE and INVALID (too many); what is wrong with a seat is among the errors. */
  async addSeats(
    viewer: Viewer,
    inputs: readonly AddSeat[],
    { dryRun }: AddSeats,
  ): Promise<SeatsAdded | Refusal> {
    const candidates = inputs.map((input) => ({ line: null, input, account: null, refusals: [] }));
    return this.add(viewer, candidates, { dryRun, errors: [], headings: null });
  }

  /** The same, of a table: docs/seats.md says which columns there are. */
  async addSeatsOfTable(viewer: Viewer, asked: AddSeatsOfTable): Promise<SeatsAdded | Refusal> {
    // Before a word of it is read, which takes its time.
    const refusal = forbidden(viewer, 'addSeats');
    if (refusal) return refusal;
    const { csv, clientAccountId, uuidOf, dryRun } = asked;
    // One mutation may hold many tables: behind some of them everybody else has a turn.
    const long = new LongWork(viewer.agencyId);
    await long.goOn();
    const { rows, headings, problems } = readSeatTable(csv);
    if (rows.length > SEATS_ADDED_MAX) return tooMany();
    const candidates = await long.each(rows, (row): Candidate => {
      const { seat, refusals } = readSeatRow(row);
      const { clientAccount, ...told } = seat;
      const ofId = clientAccount === null ? clientAccountId : uuidOf(clientAccount);
      const input = { ...told, ...(ofId !== null && { clientAccountId: ofId }) } as Partial<AddSeat>;
      return {
        line: row.line,
        input,
        account: ofId === null ? clientAccount : null,
        refusals: [...refusals],
      };
    });
    const errors = problems.map((problem): SeatError => ({ index: null, code: 'INVALID', ...problem }));
    return this.add(viewer, candidates, { dryRun, errors, headings });
  }

  private async add(
    viewer: Viewer,
    candidates: readonly Candidate[],
    asked: {
      readonly dryRun: boolean;
      readonly errors: readonly SeatError[];
      readonly headings: ReadonlyMap<SeatColumn, string> | null;
    },
  ): Promise<SeatsAdded | Refusal> {
    const refusal = forbidden(viewer, 'addSeats');
    if (refusal) return refusal;
    if (candidates.length > SEATS_ADDED_MAX) return tooMany();
    const told: { report: SeatsAdded | null } = { report: null };
    const looked = await lookedAt(viewer.agencyId, candidates);
    const outcome = await this.changes.make(viewer, async (manager, at): Promise<SeatsAdded | Refusal> => {
      const judged = looked.map((one) => ({ ...one, refusals: [...one.refusals] }));
      const adding = await judge(manager, viewer, judged, at);
      const errors = [...asked.errors, ...errorsOf(judged, asked.headings)].toSorted(byLine);
      const isDone = errors.length === 0 && !asked.dryRun;
      const report = {
        dryRun: asked.dryRun,
        added: isDone ? adding.length : 0,
        rows: judged.map(({ line, input }, index) => {
          return { index, line, input, seat: isDone ? (adding[index]?.seat ?? null) : null };
        }),
        errors,
      };
      told.report = report;
      // Nothing was written: it is rolled back, and the report is told all the same.
      if (!isDone) return refuse('INVALID', 'Nothing is to be written.');
      if (adding.length > 0) await insertSeats(manager, this.audit, viewer, adding, at);
      return report;
    });
    return told.report ?? outcome;
  }
}

function tooMany(): Refusal {
  return refuse('INVALID', `Add ${SEATS_ADDED_MAX} seats at most at once.`);
}

/** What can be said against a seat before anything is asked of the database, and of the seats before it. */
interface Looked extends Candidate {
  readonly checks: readonly Refusal[];
  readonly names: Names;
  readonly twice: readonly Refusal[];
}

/** In turns, and so before the book is held. */
async function lookedAt(agencyId: string, candidates: readonly Candidate[]): Promise<Looked[]> {
  const before: Names[] = [];
  return new LongWork(agencyId).each(candidates, (candidate): Looked => {
    const names = namedBy(candidate.input);
    const twice = refuseTwice(names, before);
    before.push(names);
    return { ...candidate, checks: checksOfSeat(candidate.input), names, twice };
  });
}

/** Says of each candidate all that is wrong with it; answers those that may be added, if all may. */
async function judge(
  manager: EntityManager,
  viewer: Viewer,
  candidates: readonly (Looked & { input: Partial<AddSeat> })[],
  at: Instant,
): Promise<SeatToAdd[]> {
  await findAccounts(manager, viewer, candidates);
  const seats = candidates.map(({ input, refusals, checks }) => {
    refusals.push(...missing(input), ...checks, ...checksOfToday(input, at));
    return isComplete(input) && refusals.length === 0 ? newSeat(manager, viewer, input, at) : null;
  });
  const named = candidates.map(({ names }) => names);
  const taken = await findTaken(manager, viewer, named);
  for (const { refusals, names, twice } of candidates) refusals.push(...twice, ...taken(names));
  await refuseTooMany(manager, viewer, candidates);
  const opening = candidates.flatMap(({ input }) => input.openingUse ?? []);
  if (opening.reduce((sum, { count }) => sum + count, 0) > OPENING_TOTAL_MAX) {
    const message = `openingUse is ${OPENING_TOTAL_MAX} sends at most over all seats.`;
    candidates[0]?.refusals.push(refuse('INVALID', message, 'openingUse'));
  }
  return seats.flatMap((seat, index) =>
    seat ? [{ seat, openingUse: candidates[index]!.input.openingUse ?? [] }] : [],
  );
}

/** By the agency's reference or by the name, where one client account alone has it: nobody's reference takes seats that are meant by a name. */
async function findAccounts(
  manager: EntityManager,
  viewer: Viewer,
  candidates: readonly (Candidate & { input: Partial<AddSeat> })[],
): Promise<void> {
  const told = [...new Set(candidates.flatMap(({ account }) => account ?? []))].filter(canBeKept);
  const found =
    told.length === 0
      ? []
      : await clientAccountsSeen(manager, viewer)
          .andWhere('(account.externalRef = ANY(:told) OR account.name = ANY(:told))', { told })
          .getMany();
  for (const candidate of candidates) {
    const { account, refusals } = candidate;
    if (account === null) continue;
    const alike = found.filter(({ externalRef, name }) => externalRef === account || name === account);
    const [only] = alike;
    if (only && alike.length === 1) candidate.input = { ...candidate.input, clientAccountId: only.id };
    else if (only) {
      const message = `${alike.length} client accounts are called "${account}": tell the id, or a reference that is no name.`;
      refusals.push(refuse('INVALID', message, 'clientAccountId'));
    } else {
      const message = `There is no client account "${account}": tell its id, its reference or its name.`;
      refusals.push(refuse('NOT_FOUND', message, 'clientAccountId'));
    }
  }
}

const NEEDED = ['clientAccountId', 'holderName', 'profileUrl', 'tier', 'timeZone'] as const;

function isComplete(input: Partial<AddSeat>): input is AddSeat {
  return NEEDED.every((field) => input[field] !== undefined);
}

/** Of a field that could not be read, that is said already. */
function missing(input: Partial<AddSeat>): Refusal[] {
  return NEEDED.filter((field) => input[field] === undefined).map((field) =>
    refuse('INVALID', `${field === 'clientAccountId' ? 'clientAccount' : field} is not told.`, field),
  );
}

/** Which day it is where the seat is, is known as soon as its zone is one. */
function checksOfToday(
  { timeZone, holderAgreedOn = null, warmUpStartedOn = null }: Partial<AddSeat>,
  at: Instant,
): Refusal[] {
  if (timeZone === undefined || checkTimeZone(timeZone) !== null) return [];
  return checksOfDays({ timeZone, holderAgreedOn, warmUpStartedOn }, at);
}

type Names = Parameters<Taken>[0];

/** What no other seat may have, also of a line that can't be read whole. */
function namedBy({ profileUrl, externalRef, holderAgreedOn = null, timeZone }: Partial<AddSeat>): Names {
  return {
    id: '',
    profileUrl: accountAddress(profileUrl ?? '') ?? '',
    externalRef: externalRef !== undefined && canBeKept(externalRef ?? '') ? externalRef : null,
    holderAgreedOn,
    timeZone: timeZone === undefined || checkTimeZone(timeZone) ? null : timeZone,
  };
}

function refuseTwice(names: Names, others: readonly Names[]): Refusal[] {
  const isSame = (field: 'profileUrl' | 'externalRef'): boolean =>
    Boolean(names[field]) && others.some((other) => other[field] === names[field]);
  return [
    ...(isSame('profileUrl') ? [refuse('TAKEN', 'The account is there twice.', 'profileUrl')] : []),
    ...(isSame('externalRef') ? [refuse('TAKEN', 'The reference is there twice.', 'externalRef')] : []),
  ];
}

/** Each client account takes the first ones, as many as its plan has free. */
async function refuseTooMany(
  manager: EntityManager,
  viewer: Viewer,
  candidates: readonly Candidate[],
): Promise<void> {
  const accounts = new Map<string, SeatsFree | Refusal>();
  const used = new Map<string, number>();
  for (const { input, refusals } of candidates) {
    const { clientAccountId: id } = input;
    if (id === undefined) continue;
    const seats = accounts.get(id) ?? (await seatsFreeAt(manager, viewer, id));
    accounts.set(id, seats);
    if (seats instanceof Refusal) {
      refusals.push(seats);
      continue;
    }
    const place = (used.get(id) ?? 0) + 1;
    used.set(id, place);
    if (place > seats.free) refusals.push(allowanceReached(seats, 'clientAccountId'));
  }
}
