import { readKeptTexts, type KeptTextRecord } from '../../ledger/told/kept-texts.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import type { Instant } from '../../quota/window.js';
import type { TextUnreadable } from '../../quota/words.js';
import type { TextVault } from '../../tenancy/text-vault.js';
import type { Viewer } from '../../tenancy/viewer.js';

/** A text that an agency keeps, opened; or why it can't be. */
export interface KeptText {
  readonly subject: string | null;
  /** Null where it can't be read. */
  readonly body: string | null;
  readonly unreadable: TextUnreadable | null;
  readonly keptUntil: Instant;
}

/** Reads what was written with reservations, where the agency keeps it and the viewer may know. */
export class KeptTexts {
  constructor(
    private readonly reader: LedgerReader,
    /** Null where this server has no key. */
    private readonly vault: TextVault | null,
  ) {}

  async byReservationIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, KeptText>> {
    const records = await this.reader.read(viewer, (transaction, at) =>
      readKeptTexts(transaction, viewer, ids, at),
    );
    return new Map(records.map((record) => [record.reservationId, openText(this.vault, record)]));
  }
}

export function openText(vault: TextVault | null, record: KeptTextRecord): KeptText {
  const { keptUntil } = record;
  const opened = vault?.open(record, record) ?? { unreadable: 'KEY_MISSING' as const };
  if ('unreadable' in opened) return { subject: null, body: null, keptUntil, unreadable: opened.unreadable };
  const { subject, body } = opened.text;
  return { subject, body, keptUntil, unreadable: null };
}
