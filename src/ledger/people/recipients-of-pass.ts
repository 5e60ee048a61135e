import { uuidRandom } from '../../tenancy/uuid.js';
import { keyName, type KnownRecipient } from './recipients.js';
import type { Loaded } from '../reading/reading.js';
import { employerRows } from './employers.js';
import type { Recipient } from '../requests.js';
import { spelledAs } from '../books/people-tables.js';
import type { Writes } from '../books/writes.js';

/** Whom the requests of a pass are for: known from before, or written down by it. */
export class RecipientsOfPass {
  private readonly made = new Map<string, KnownRecipient>();
  private readonly madeIds = new Set<string>();

  constructor(
    private readonly loaded: Pick<Loaded, 'agencyId' | 'at' | 'recipients'>,
    private readonly writes: Writes,
  ) {}

  /** The id of a person, who is written down if new; what is told of their employers counts for one client account alone. */
  idOf(recipient: Recipient, clientAccountId: string): string {
    const { agencyId } = this.loaded;
    const { id, ids } = this.findOrMake(recipient);
    // Of the person, by whichever address they are named: so many are kept of one.
    const told = { agencyId, recipientId: ids[0] ?? id, scopeId: clientAccountId };
    this.writes.employers.push(...employerRows(told, recipient.employers ?? []));
    return id;
  }

  /** By which address a client account told of a person: by that one they are told to it from now on. */
  spell(recipientId: string, { key, profileUrl }: Recipient, clientAccountId: string): void {
    if (profileUrl === null) return;
    const { spellings } = this.writes;
    const name = keyName(key);
    const known = this.made.get(name) ?? this.loaded.recipients.get(name);
    const isAsKept = known?.profileUrl === profileUrl && !known.isSpelled;
    if (isAsKept && !spellings.has(recipientId)) return;
    const person = { agencyId: this.loaded.agencyId, id: recipientId };
    spellings.set(recipientId, spelledAs(person, clientAccountId, profileUrl, spellings.get(recipientId)));
  }

  /** Whether this pass made the person: nothing in the books can be of them. */
  isNew(recipientId: string): boolean {
    return this.madeIds.has(recipientId);
  }

  private findOrMake(recipient: Recipient): KnownRecipient {
    const { agencyId, at } = this.loaded;
    const name = keyName(recipient.key);
    const { kind, version, fingerprint } = recipient.key;
    const known = this.made.get(name) ?? this.loaded.recipients.get(name);
    if (known?.version === version) return known;
    const id = known?.id ?? uuidRandom();
    const found: KnownRecipient = {
      ...{ profileUrl: recipient.profileUrl, isSpelled: false, ids: [id], ...known },
      ...{ id, version },
    };
    this.made.set(name, found);
    // Whoever was found by an older secret is written down under the newest one: the older may be given up some day.
    this.writes.recipientKeys.push({
      agency_id: agencyId,
      kind,
      key_version: version,
      fingerprint,
      recipient_id: id,
    });
    if (known) return found;
    this.madeIds.add(id);
    this.writes.recipients.push({
      agency_id: agencyId,
      id,
      profile_url: recipient.profileUrl,
      name: recipient.name,
      company: recipient.company,
      company_domain: recipient.companyDomain,
      created_at: at,
    });
    return found;
  }
}
