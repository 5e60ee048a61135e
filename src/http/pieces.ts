/** Bytes that wait at all sockets of an agency for the rest of their messages: thirty-two of the longest. */
const BYTES_OF_AGENCY_MAX = 33_554_432;

/** What came over one socket of a message that is not whole yet: it is kept until it is. */
export interface Pieces {
  /** False where more waits at the agency's sockets than may. */
  readonly add: (bytes: number) => boolean;
  /** So many of them were of something that is whole; all, where none is told. */
  readonly giveBack: (bytes?: number) => void;
}

/** What waits in pieces, by agency. Each process counts by itself. */
export class PiecesOfAgencies {
  private readonly waiting = new Map<string, number>();

  constructor(private readonly bytesMax = BYTES_OF_AGENCY_MAX) {}

  /** Of one more socket. */
  of(agencyId: string): Pieces {
    let own = 0;
    return {
      add: (bytes) => {
        own += bytes;
        return this.change(agencyId, bytes) <= this.bytesMax;
      },
      giveBack: (bytes = own) => {
        const given = Math.min(own, bytes);
        own -= given;
        this.change(agencyId, -given);
      },
    };
  }

  private change(agencyId: string, bytes: number): number {
    const left = (this.waiting.get(agencyId) ?? 0) + bytes;
    if (left > 0) this.waiting.set(agencyId, left);
    else this.waiting.delete(agencyId);
    return left;
  }
}
