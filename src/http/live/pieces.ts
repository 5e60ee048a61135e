import type { Viewer } from '../../tenancy/viewer.js';
import { Crowd } from '../bodies/crowd.js';

/** Bytes that wait at all sockets of an agency, for the rest of their messages or for their turn: thirty-two of the longest. */
const BYTES_OF_AGENCY_MAX = 33_554_432;
/** The same of one key or member: a quarter of it. */
const BYTES_OF_CREDENTIAL_MAX = 8_388_608;

/** What came over one socket and is not dealt with yet: it is kept until it is. */
export interface Pieces {
  /** What is done where the socket has to go, since more waits than may. */
  readonly onTooMuch: (sendAway: () => void) => void;
  /** Where it is more than may wait, a socket has to go: this one, or another. */
  readonly add: (bytes: number) => void;
  /** So many of them are dealt with; all, where none is told. Answers how many are left. */
  readonly giveBack: (bytes?: number) => number;
}

/**
 * What waits at sockets, by agency, and by key or member. Where it is too much, a socket goes of the key or member that most waits for:
 * the one over which nothing has come for longest. So none keeps others of its agency from sending. Each process counts by itself.
 */
export class PiecesOfAgencies {
  private readonly crowds = new Map<string, Crowd>();

  constructor(
    private readonly ofAgencyMax = BYTES_OF_AGENCY_MAX,
    private readonly ofCredentialMax = BYTES_OF_CREDENTIAL_MAX,
  ) {}

  /** Of one more socket. */
  of({ agencyId, credential }: Pick<Viewer, 'agencyId' | 'credential'>): Pieces {
    let sendAway = (): void => undefined;
    let waiting = 0;
    let leave: (() => void)[] = [];
    const change = (bytes: number): number => {
      for (const one of leave) one();
      leave = [];
      waiting += bytes;
      if (waiting === 0) return 0;
      const one = [credential?.id ?? 'nobody', waiting, () => sendAway()] as const;
      // First their own: what is too much of theirs is no matter of the others.
      if (credential) leave.push(this.take(credential.id, this.ofCredentialMax, one));
      leave.push(this.take(agencyId, this.ofAgencyMax, one));
      return waiting;
    };
    return {
      onTooMuch: (listener) => void (sendAway = listener),
      add: change,
      giveBack: (bytes = waiting) => change(-Math.min(waiting, bytes)),
    };
  }

  private take(name: string, bytesMax: number, one: Readonly<Parameters<Crowd['take']>>): () => void {
    const crowd = this.crowds.get(name) ?? new Crowd(bytesMax);
    this.crowds.set(name, crowd);
    const leave = crowd.take(...one);
    return () => {
      leave();
      if (crowd.isEmpty && this.crowds.get(name) === crowd) this.crowds.delete(name);
    };
  }
}
