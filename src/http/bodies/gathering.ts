import { Failure } from '../../errors.js';

/** Bytes of a piece that is handed on; each piece takes some hundred bytes besides its own. */
const PIECE_BYTES = 16_384;
/** Pieces that come in however small they are, and how long those have to be together, on average, where more come. */
const PIECES_FREE = 1_000;
const PIECE_BYTES_MEAN = 16;

/**
 * A body in pieces that are worth keeping, in whichever it comes in. Throws BAD_USER_INPUT where it comes byte by byte, which takes a
 * process long, and is sent by nobody who has something to say. `came` is told of each of them.
 */
export async function* gathered(
  body: AsyncIterable<Buffer>,
  came?: (bytes: number) => void,
): AsyncGenerator<Buffer, void> {
  let [pieces, bytes] = [0, 0];
  let [kept, keptBytes]: [Buffer[], number] = [[], 0];
  for await (const piece of body) {
    pieces += 1;
    bytes += piece.length;
    came?.(piece.length);
    if (pieces > PIECES_FREE && bytes < pieces * PIECE_BYTES_MEAN) throw tooSmall();
    kept.push(piece);
    keptBytes += piece.length;
    if (keptBytes < PIECE_BYTES) continue;
    yield Buffer.concat(kept);
    [kept, keptBytes] = [[], 0];
  }
  if (keptBytes > 0) yield Buffer.concat(kept);
}

function tooSmall(): Failure {
  return new Failure('BAD_USER_INPUT', 'The body comes in pieces of a few bytes: send it in longer ones.');
}
