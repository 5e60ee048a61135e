import type { Viewer } from '../tenancy/viewer.js';

/** Bytes that wait at all sockets of an agency, for the rest of their messages or for their turn: thirty-two of the longest. */
const BYTES_OF_AGENCY_MAX = 33_554_432;
/** The same of one key or member: half of it. */
const BYTES_OF_CREDENTIAL_MAX = 16_777_216;

/** What came over one socket and is not dealt with yet: it is kept until it is. */
export interface Pieces {
  /** False where more waits at the sockets of the agency, or of the key, than may. */
  readonly add: (bytes: number) => boolean;
  /** So many of them are dealt with; all, where none is told. */
  readonly giveBack: (bytes?: number) => void;
}

/** What waits at sockets, by agency, and by key or member. Each process counts by itself. */
export class PiecesOfAgencies {
  private readonly waiting = new Map<string, number>();

  constructor(
    private readonly ofAgencyMax = BYTES_OF_AGENCY_MAX,
    private readonly ofCredentialMax = BYTES_OF_CREDENTIAL_MAX,
  ) {}

  /** Of one more socket. */
  of({ agencyId, credential }: Pick<Viewer, 'agencyId' | 'credential'>): Pieces {
    let own = 0;
    const change = (bytes: number): boolean => {
      own += bytes;
      const ofAgency = this.change(agencyId, bytes);
      const ofCredential = credential ? this.change(credential.id, bytes) : 0;
      return ofAgency <= this.ofAgencyMax && ofCredential <= this.ofCredentialMax;
    };
    return {
      add: change,
      giveBack: (bytes = own) => void change(-Math.min(own, bytes)),
    };
  }

  private change(name: string, bytes: number): number {
    const left = (this.waiting.get(name) ?? 0) + bytes;
    if (left > 0) this.waiting.set(name, left);
    else this.waiting.delete(name);
    return left;
  }
}
