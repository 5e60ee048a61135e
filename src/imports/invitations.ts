/** `Invitations.csv`: connection requests, most of them recent or still pending. */
import type { Network } from './connections.js';
import type { TableLayout, TableRow } from './csv-table.js';
import { parseExportDate, rangeOf, type ExportDate } from './export-dates.js';
import { quoted } from './export-error.js';
import { Ordinals, type Connection, type Engagement, type Reading, type Send } from './export-records.js';
import type { OwnerEvidence } from './owner.js';
import { nameSkeleton, personName, skeleton } from './people.js';
import { normalizeProfileUrl } from './profile-url.js';

export type InvitationColumn =
  'from' | 'to' | 'sentAt' | 'message' | 'direction' | 'inviterUrl' | 'inviteeUrl';

/** The addresses came in late 2023. */
export const INVITATIONS: TableLayout<InvitationColumn> = {
  headings: {
    from: ['From'],
    to: ['To'],
    sentAt: ['Sent At'],
    message: ['Message'],
    direction: ['Direction'],
    inviterUrl: ['inviterProfileUrl'],
    inviteeUrl: ['inviteeProfileUrl'],
  },
  required: ['sentAt', 'direction'],
};

/** Collects the invitations that the owner sent, and those of them that were accepted. */
export class InvitationReader {
  readonly sends: Send[] = [];
  readonly engagements: Engagement[] = [];
  /** One acceptance a person, however often they were invited. */
  private readonly accepted = new Set<Connection>();
  private readonly ordinals = new Ordinals();

  constructor(
    private readonly network: Network,
    private readonly owner: OwnerEvidence,
    private readonly reading: Reading,
  ) {}

  takeRow(row: TableRow<InvitationColumn>, file: string): void {
    if (row.isEmptyBut('sentAt')) return;
    const direction = row.get('direction').toUpperCase();
    if (direction === 'INCOMING') {
      this.owner.noteInvitation(normalizeProfileUrl(row.get('inviteeUrl')), personName(row.get('to')));
    } else if (direction === 'OUTGOING') {
      this.owner.noteInvitation(normalizeProfileUrl(row.get('inviterUrl')), personName(row.get('from')));
      this.takeOutgoing(row, file);
    } else {
      const reason = `Direction ${quoted(row.get('direction'))} is neither INCOMING nor OUTGOING`;
      this.reading.reject(file, row.line, reason);
    }
  }

  private takeOutgoing(row: TableRow<InvitationColumn>, file: string): void {
    const written = row.get('sentAt');
    const date = parseExportDate(written);
    const range = date === null ? null : rangeOf(date, this.reading.importedAt);
    if (date === null || range === null) {
      const problem = date === null ? 'is no date that LinkedIn writes' : 'is after the import';
      return this.reading.reject(file, row.line, `Sent At ${quoted(written)} ${problem}`);
    }
    const name = personName(row.get('to'));
    const url = normalizeProfileUrl(row.get('inviteeUrl'));
    const message = row.get('message');
    const connection = this.accept(url, name, date);
    // The name, not the address: older archives have no addresses.
    const whom = nameSkeleton(row.get('to')) || (url ?? '');
    const identity = ['invitation', String(date.wallMs), whom, skeleton(message)];
    const fingerprint = this.reading.fingerprint(identity);
    this.sends.push({
      action: 'CONNECTION_REQUEST',
      noted: message !== '',
      recipientUrl: url ?? connection?.profileUrl ?? null,
      recipientName: name ?? connection?.name ?? null,
      ...range,
      fingerprint,
      ordinal: this.ordinals.next(fingerprint),
      file,
      line: row.line,
    });
  }

  /** The connection that came of an invitation, if one did; the first time, that is an engagement. */
  private accept(url: string | null, name: string | null, date: ExportDate): Connection | null {
    const tie = this.network.find(url, name);
    if (tie === null) return null;
    const { connection } = tie;
    const isSameAddress = url !== null && connection.profileUrl === url;
    // Who is found by name alone and was connected before is a namesake.
    if (!isSameAddress && connection.latest < date.wallMs - date.spread.beforeMs) return null;
    if (this.accepted.has(connection)) return connection;
    this.accepted.add(connection);
    const whom = nameSkeleton(connection.name ?? '') || (connection.profileUrl ?? '');
    const fingerprint = this.reading.fingerprint(['accepted', whom, String(tie.wallMs)]);
    this.engagements.push({
      kind: 'INVITATION_ACCEPTED',
      recipientUrl: connection.profileUrl ?? url,
      recipientName: connection.name ?? name,
      at: connection.at,
      earliest: connection.earliest,
      latest: connection.latest,
      fingerprint,
      ordinal: this.ordinals.next(fingerprint),
    });
    return connection;
  }
}
