import { STEPS_LENGTH_MAX } from '../../outreach/campaign/check-steps.js';
import { FILTER_LENGTH_MAX } from '../../outreach/segment-reading.js';
import { TEXT_LENGTH_MAX as MESSAGE_LENGTH_MAX } from '../../services/decisions/text-marks.js';
import { DAYS_OFF_MAX } from '../../services/seats/days-off.js';
import { TEXT_LENGTH_MAX as DOCUMENT_LENGTH_MAX } from '../../services/members/trusted-documents.js';

/** What costs more than a field that is simply read, and why. */

/** What asks the database by itself, whatever it answers: a field of the operation, the size of a list. */
export const COST_OF_ASKING = 100;
/** What is read of the books of each seat, together for many, with all that the seat is held to; or of each scope above seats. */
const COST_OF_BOOKS = 10;
/** The seats of a campaign, or of a member, of which there may be a thousand, are read before it is known how many they are. */
const COST_OF_LONG_LIST = 5 * COST_OF_BOOKS;
/** Of a list that is no page: usage, reasons, the seats of a campaign. */
export const ROWS_ASSUMED = 10;
/** Of each row beyond these at least: it was read whole, some 50 µs of a process, however little of it is told. */
export const COST_OF_ROW_MIN = 6;
/** Fields that an operation may be answered with, estimated: some 0.3 s of a process. */
export const COST_MAX = 50_000;
/** Characters that all that one operation has read may hold together: 50 MB of them, as long as they are two bytes each. */
const CHARACTERS_READ_MAX = 25_000_000;
/** Characters of a text that it takes as long to check as to tell a field of an answer. */
export const CHARACTERS_CHECKED_OF_ONE = 20;
/** Bytes of a text in an answer that it takes as long to tell as a field. */
export const BYTES_TOLD_OF_ONE = 50;

/** Characters of another name for a field, which each row is told by, that are as long as one. */
export const CHARACTERS_NAMED_OF_ONE = 20;

/** Of a campaign’s texts each its part: those of all variants of all steps together are as long as they may be. */
const COST_OF_TEXT = STEPS_LENGTH_MAX / CHARACTERS_CHECKED_OF_ONE / ROWS_ASSUMED ** 2;
/** What begins to walk through everybody of a campaign, or through the days of all seats: two of a kind in one operation. */
const COST_OF_WALK = 0.4 * COST_MAX;
/** Everything of a person, of each of many tables: of one an operation. */
const COST_OF_PERSON = 0.6 * COST_MAX;
/** What was sent and answered in up to 400 days. */
const COST_OF_RATES = 25 * COST_OF_ASKING;

/** Of what has been read so many characters may be long, however few of them are told. */
function costOfReading(characters: number): number {
  return Math.ceil((characters * COST_MAX) / CHARACTERS_READ_MAX);
}

/** Of what is told as often as it is asked for under other names: what an answer is long by. */
function costOfTelling(bytes: number): number {
  return Math.ceil(bytes / BYTES_TOLD_OF_ONE);
}

/**
 * What is worked out for each object by itself: all checks of a launch, and the plays of up to 1,500 touches. A full page of it is
 * dear, and may be asked for still. And what is long: of texts a few campaigns at a time.
 */
const COST_OF_FIELD: Readonly<Record<string, number>> = {
  'Campaign.problems': COST_OF_ASKING,
  'Campaign.forecast': 4 * COST_OF_ASKING,
  'Campaign.seats': COST_OF_LONG_LIST,
  'Campaign.seatShares': COST_OF_LONG_LIST,
  'Member.seats': COST_OF_LONG_LIST,
  'Member.clientAccounts': COST_OF_LONG_LIST,
  'Campaign.steps': costOfReading(STEPS_LENGTH_MAX),
  // What was asked is compared with the steps as they are.
  'Campaign.approval': costOfReading(STEPS_LENGTH_MAX),
  'Seat.room': COST_OF_ASKING,
  'ClientAccount.usage': COST_OF_BOOKS,
  'Campaign.usage': COST_OF_BOOKS,
  'Seat.usage': COST_OF_BOOKS,
  'Seat.credits': COST_OF_BOOKS,
  'Seat.pendingInvitations': COST_OF_BOOKS,
  'Seat.holdsExpiredToday': COST_OF_BOOKS,
  'Seat.daysOff': costOfTelling(DAYS_OFF_MAX * '2026-01-01'.length),
  // Rows that are not what is looked for are gone through as well; whoever counts goes through all.
  'Query.prospects': 2 * COST_OF_ASKING,
  'ProspectConnection.totalCount': 5 * COST_OF_ASKING,
  'Query.planSends': 25 * COST_OF_ASKING,
  // A plan for each of the actions that a tool has caps for.
  'Query.capsForTool': 90 * COST_OF_ASKING,
  'Query.engagementRates': COST_OF_RATES,
  'Query.compareCampaigns': COST_OF_RATES,
  'Query.compareVariants': COST_OF_RATES,
  'Query.exportPerson': COST_OF_PERSON,
  'Mutation.launchCampaign': COST_OF_WALK,
  // Everybody of the list is put down.
  'Mutation.askForApproval': COST_OF_WALK,
  // Whether it is a dry run, which goes through all seats, is known to no document.
  'Mutation.publishPolicy': COST_OF_WALK,
  'StepVariant.subject': COST_OF_TEXT,
  'StepVariant.body': COST_OF_TEXT,
  'Reservation.keptText': costOfReading(2 * MESSAGE_LENGTH_MAX),
  'KeptText.subject': costOfReading(MESSAGE_LENGTH_MAX),
  'KeptText.body': costOfReading(MESSAGE_LENGTH_MAX),
  'TrustedDocument.text': costOfReading(DOCUMENT_LENGTH_MAX),
  'Segment.filter': costOfReading(FILTER_LENGTH_MAX),
  'UnreadEvent.outline': costOfReading(15_000),
  'Prospect.notes': costOfTelling(2_000),
  'Prospect.tags': costOfTelling(1_800),
};

/** What is read whole for each object of a type, whatever is asked of it. */
const COST_OF_OBJECT: Readonly<Record<string, number>> = {
  TrustedDocument: costOfReading(DOCUMENT_LENGTH_MAX),
  Segment: costOfReading(FILTER_LENGTH_MAX),
  UnreadEvent: costOfReading(15_000),
  // With all that it was held to, a few hundred counters at most.
  Decision: 20,
  // Twenty fields of its own, notes, tags.
  Prospect: costOfReading(17_500),
  // A hundred numbers of its own at most, each with where it comes from.
  Policy: costOfReading(125_000),
  // Of a campaign's thousand seats their ids, before and after.
  AuditEntry: costOfReading(85_000),
  // Its name, its reference, what it is for, where its data are from, eight tags.
  Campaign: costOfReading(2_500),
  // Whichever of them it is, it is read whole before that is known: as the dearest.
  Node: costOfReading(125_000),
};

/** An argument by which the books of all seats are looked through for those that are meant. */
const COST_OF_ARGUMENT: Readonly<Record<string, number>> = { 'Query.seats.minLevel': 100 * COST_OF_ASKING };

/** Besides, an entry of a list that is given, which is judged by itself: each record by all that was known at its instant. */
const COST_OF_ENTRY: Readonly<Record<string, number>> = {
  'Mutation.recordActivities': 30,
  'Mutation.recordEngagement': 10,
  // Of five hundred people or seats each takes a process half a millisecond.
  'Mutation.addProspects': 20,
  // What they are found and compared by is written anew.
  'Mutation.tagProspects': 20,
  // More is looked at of each: eight hundred, which is too many, take as long as an operation may.
  'Mutation.addSeats': 60,
  // A hundred decisions take a process a quarter of a second, whatever is asked for.
  'Mutation.reserveMany': 50,
  'Mutation.commitReservations': 20,
  'Mutation.releaseReservations': 20,
  'Mutation.voidActivities': 20,
};

/** Besides, each that is to be planned, up to the most that are: a thousand invitations take a process 52 ms. */
const COST_OF_PLANNED: Readonly<Record<string, number>> = { 'Query.planSends': 8 };

export function costOfPlanned(typeName: string, name: string): number {
  return COST_OF_PLANNED[`${typeName}.${name}`] ?? 0;
}

export function costOfEntry(typeName: string, name: string): number {
  return COST_OF_ENTRY[`${typeName}.${name}`] ?? 0;
}

/** Of a field by itself; null where it costs what every field of its kind does. */
export function costOfField(typeName: string, name: string): number | null {
  return COST_OF_FIELD[`${typeName}.${name}`] ?? null;
}

/** Of an object besides its fields. */
export function costOfObject(typeName: string): number {
  return COST_OF_OBJECT[typeName] ?? 0;
}

export function costOfArgument(typeName: string, name: string, argument: string): number {
  return COST_OF_ARGUMENT[`${typeName}.${name}.${argument}`] ?? 0;
}
