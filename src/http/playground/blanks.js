/**
 * The examples leave open, as "…", what differs from agency to agency. What an earlier answer told is filled in, so that
 * the tabs can be played one after the other; whatever was written in place of "…" stays as it is.
 */

export const isBlank = (value) => typeof value === 'string' && value.endsWith('…');

const WHERE_FROM = {
  seatId: 'Play the tab “My seats” first, or write the id of a seat in its place.',
  reservationId: 'Play Hold first, or write the id of a reservation in its place.',
};

const RANDOM_BYTES_OF_A_KEY = 12;

export function createBlanks() {
  const known = {};

  /** Remembers the ids of an answer that a later tab asks for. */
  function learn(data) {
    const seats = data?.seats?.nodes ?? [];
    const seat = seats.find((each) => each?.status === 'ACTIVE') ?? seats[0];
    if (seat?.id) known.seatId = seat.id;
    const reservationId = data?.reserve?.decision?.reservation?.id;
    if (reservationId) known.reservationId = reservationId;
  }

  /** The variables with every "…" replaced; throws where one is not known, with its path and what to do. */
  function fill(value, path = []) {
    if (isBlank(value)) return valueFor(path);
    if (Array.isArray(value)) return value.map((each, index) => fill(each, [...path, index]));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, fill(each, [...path, name])]),
    );
  }

  function valueFor(path) {
    const name = path.at(-1);
    // One key, one attempt: an attempt that means to repeat another says which.
    if (name === 'idempotencyKey') return `playground-${randomHex()}`;
    if (known[name]) return known[name];
    const what = WHERE_FROM[name] ?? 'Write a value in its place.';
    throw new Error(`QUERY VARIABLES: ${path.join('.')} is still “…”. ${what}`);
  }

  return { learn, fill };
}

function randomHex() {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES_OF_A_KEY));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
