/** Which seat writes to whom. */

export interface SpreadSeat {
  readonly id: string;
  readonly weight: number;
  /** How much it could send in the days to come. */
  readonly room: number;
  /** Whom it has already. */
  readonly people: number;
}

export interface SpreadPerson {
  readonly recipientId: string;
  /** Those that they are connected to. */
  readonly connectedSeatIds: ReadonlySet<string>;
}

/**
 * Gives each person to a seat that is connected to them, and among those that are as close to the one that is least full
 * for its room and weight. A seat without room gets nobody while another has some. The same for the same people and seats.
 */
export function spread(people: readonly SpreadPerson[], seats: readonly SpreadSeat[]): Map<string, string> {
  const hasRoom = seats.some(({ room }) => room > 0);
  const filled = seats
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .map((seat) => ({ ...seat, people: seat.people, share: seat.weight * (hasRoom ? seat.room : 1) }));
  const given = new Map<string, string>();
  for (const { recipientId, connectedSeatIds } of people) {
    const connected = filled.filter(({ id }) => connectedSeatIds.has(id));
    const seat = leastFull(connected.length > 0 ? connected : filled);
    if (!seat) continue;
    seat.people += 1;
    given.set(recipientId, seat.id);
  }
  return given;
}

interface Filled {
  readonly share: number;
  readonly people: number;
}

/** With one more; what has no share is full, and the first of several as full takes them. */
function leastFull<Seat extends Filled>(seats: readonly Seat[]): Seat | null {
  let least: Seat | null = null;
  for (const seat of seats) if (!least || fullness(seat) < fullness(least)) least = seat;
  return least;
}

function fullness({ people, share }: Filled): number {
  return share === 0 ? Infinity : (people + 1) / share;
}
