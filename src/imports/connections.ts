/** `Connections.csv`: the people in the owner's network. */
import type { TableLayout, TableRow } from './csv-table.js';
import { parseExportDate, rangeOf, type ExportDate } from './export-dates.js';
import { quoted } from './export-error.js';
import type { Connection, Reading } from './export-records.js';
import { nameKey, personName } from './people.js';
import { normalizeProfileUrl } from './profile-url.js';

export type ConnectionColumn = 'firstName' | 'lastName' | 'url' | 'email' | 'company' | 'connectedOn';

/** The address came in mid-2023; Excel's re-saves lose any column. German headings were seen in a test fixture. */
export const CONNECTIONS: TableLayout<ConnectionColumn> = {
  headings: {
    firstName: ['First Name', 'Vorname'],
    lastName: ['Last Name', 'Nachname'],
    url: ['URL', 'Profile URL'],
    email: ['Email Address', 'E-Mail-Adresse'],
    company: ['Company', 'Unternehmen'],
    connectedOn: ['Connected On', 'Verbunden am'],
  },
  required: ['firstName', 'connectedOn'],
};

/** A connection, and its date as it is written. */
interface Tie {
  connection: Connection;
  wallMs: number;
}

/** All connections of one name: how many, and the oldest. Enough to decide, however many there are. */
interface Namesakes {
  count: number;
  oldest: Tie;
}

/** Everybody in the archive's connections, found by address or by name. */
export class Network {
  private readonly ties = new Map<string, Tie>();
  private readonly byName = new Map<string, Namesakes>();
  /** Only those whose address isn't known. */
  private readonly byNameAlone = new Map<string, Namesakes>();

  /** Takes one row; rows of hidden members say nothing and count nothing. */
  takeRow(row: TableRow<ConnectionColumn>, file: string, reading: Reading): void {
    const name = personName(`${row.get('firstName')} ${row.get('lastName')}`);
    const profileUrl = normalizeProfileUrl(row.get('url'));
    if (name === null && profileUrl === null) return;
    const written = row.get('connectedOn');
    const date = parseExportDate(written);
    const range = date === null ? null : rangeOf(date, reading.importedAt);
    if (date === null || range === null) {
      const problem = date === null ? 'is no date that LinkedIn writes' : 'is after the import';
      return reading.reject(file, row.line, `Connected On ${quoted(written)} ${problem}`);
    }
    const company = personName(row.get('company'));
    // Without an address only a row that is alike in everything is the same person: namesakes are common.
    const key = profileUrl ?? [nameKey(name), row.get('email'), company, written].join('\n');
    this.add(key, { connection: { profileUrl, name, company, ...range }, wallMs: date.wallMs });
  }

  /** Different people. */
  get connections(): Connection[] {
    return Array.from(this.ties.values(), ({ connection }) => connection);
  }

  /** The connection with this address; without an address the only one with this name, and null for namesakes. */
  find(url: string | null, name: string | null): Readonly<Tie> | null {
    const byUrl = url === null ? undefined : this.ties.get(url);
    if (byUrl !== undefined) return byUrl;
    const namesakes = this.byName.get(nameKey(name));
    if (namesakes?.count !== 1) return null;
    const isSomebodyElse = url !== null && namesakes.oldest.connection.profileUrl !== null;
    return isSomebodyElse ? null : namesakes.oldest;
  }

  /** Whether a person may have been connected at a date: on its day or before, by address or by any namesake's. */
  wasConnected(url: string | null, name: string | null, date: ExportDate): boolean {
    const tie = (url === null ? undefined : this.ties.get(url)) ?? this.namesakes(url, name)?.oldest;
    return tie !== undefined && tie.wallMs <= date.wallMs;
  }

  /** Whether somebody of exactly this name is connected. */
  knowsName(name: string): boolean {
    return this.byName.has(nameKey(personName(name)));
  }

  /** A person with an address can only be a namesake's connection if that one's address isn't known. */
  private namesakes(url: string | null, name: string | null): Namesakes | undefined {
    return (url === null ? this.byName : this.byNameAlone).get(nameKey(name));
  }

  /** Of two rows of one person the first connection counts. */
  private add(key: string, row: Tie): void {
    const tie = this.ties.get(key) ?? row;
    const isNew = tie === row;
    if (isNew) this.ties.set(key, tie);
    else if (row.wallMs < tie.wallMs) Object.assign(tie, row);
    const name = nameKey(tie.connection.name);
    if (name === '') return;
    meet(this.byName, name, tie, isNew);
    if (tie.connection.profileUrl === null) meet(this.byNameAlone, name, tie, isNew);
  }
}

function meet(byName: Map<string, Namesakes>, name: string, tie: Tie, isNew: boolean): void {
  const namesakes = byName.get(name);
  if (namesakes === undefined) {
    byName.set(name, { count: 1, oldest: tie });
    return;
  }
  if (isNew) namesakes.count++;
  if (tie.wallMs < namesakes.oldest.wallMs) namesakes.oldest = tie;
}
