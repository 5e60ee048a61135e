/** Whose archive it is: nothing in it says so outright. */
import { nameKey } from './people.js';
import { comparedAddress } from './profile-url.js';

/** Tells the owner's rows from other people's. */
export interface Owner {
  /** What the archive itself tells, as it is written there; null where it doesn't. */
  readonly url: string | null;
  /** A sender with an address is the owner by it; a sender without one is by the name (its key). */
  isOwner(url: string | null, name: string): boolean;
}

/**
 * Gathers what tells the owner, in this order: the inviter of an OUTGOING or the invitee of an INCOMING invitation;
 * the address that sends messages under the name in the profile (or in those invitations); and, for knowing
 * sent rows only, what the caller knows. Addresses are kept as they are compared.
 */
export class OwnerEvidence {
  private readonly invitationUrls = new Map<string, number>();
  private readonly archiveNames = new Set<string>();
  private readonly callerName: string;
  /** How many messages were sent from an address, under a name of the archive's, or under the caller's. */
  private readonly sendersByArchive = new Map<string, number>();
  private readonly sendersByCaller = new Map<string, number>();
  private readonly seatUrl: string | null;
  /** A key in lower case leads nowhere: by the compared address, how it is written first. */
  private readonly written = new Map<string, string>();
  private seatSends = false;

  constructor(seatUrl: string | null, holderName: string | null) {
    this.seatUrl = seatUrl && comparedAddress(seatUrl);
    this.callerName = nameKey(holderName);
  }

  noteName(name: string | null): void {
    if (name !== null) this.archiveNames.add(nameKey(name));
  }

  noteInvitation(url: string | null, name: string | null): void {
    this.noteName(name);
    if (url !== null) countUp(this.invitationUrls, this.compare(url));
  }

  /** Notes a message's sender; whether it can turn out to be the owner's. */
  noteSender(address: string | null, name: string): boolean {
    if (address === null) return this.isOwnName(name);
    const url = this.compare(address);
    if (this.invitationUrls.size > 0) return this.invitationUrls.has(url);
    const isSeat = url === this.seatUrl;
    const isNamed = this.archiveNames.has(name);
    const isHolder = name !== '' && name === this.callerName;
    if (isSeat) this.seatSends = true;
    if (isNamed) countUp(this.sendersByArchive, url);
    if (isHolder) countUp(this.sendersByCaller, url);
    return isSeat || isNamed || isHolder;
  }

  /** Decides, once everything was noted. */
  settle(): Owner {
    // A changed address leaves the old one in old invitations: all of them are the owner's.
    const urls = new Set(this.invitationUrls.keys());
    const url = this.choose(this.invitationUrls, 'first') ?? this.choose(this.sendersByArchive, 'none');
    if (urls.size === 0) {
      const sender = url ?? (this.seatSends ? this.seatUrl : this.choose(this.sendersByCaller, 'none'));
      if (sender !== null) urls.add(sender);
    }
    return {
      url: url && (this.written.get(url) ?? url),
      isOwner: (sender, name) => (sender === null ? this.isOwnName(name) : urls.has(comparedAddress(sender))),
    };
  }

  private compare(url: string): string {
    const compared = comparedAddress(url);
    if (compared !== url && !this.written.has(compared)) this.written.set(compared, url);
    return compared;
  }

  private isOwnName(name: string): boolean {
    return name !== '' && (this.archiveNames.has(name) || name === this.callerName);
  }

  /** The address that the caller expects, if it is among them; else the most frequent. */
  private choose(counts: ReadonlyMap<string, number>, ofEqual: 'first' | 'none'): string | null {
    if (this.seatUrl !== null && counts.has(this.seatUrl)) return this.seatUrl;
    let chosen: string | null = null;
    let most = 0;
    for (const [url, count] of counts) {
      if (count > most) chosen = url;
      else if (count === most && ofEqual === 'none') chosen = null;
      most = Math.max(most, count);
    }
    return chosen;
  }
}

function countUp(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
