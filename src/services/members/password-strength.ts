import { refuse, type Refusal } from '../../errors.js';
import { inOneForm } from '../../tenancy/passwords.js';
import { Turns } from '../../tenancy/turns.js';
import { canBeKept } from '../checks.js';
import { judge } from './password-judge.js';

const PASSWORD_LENGTH_MIN = 10;
/** Longer ones are not read to their end by whoever judges them, and are of no use to anybody. */
const PASSWORD_LENGTH_MAX = 256;
/** Characters of it that are judged: the work grows much faster than the length. */
const JUDGED_LENGTH = 32;
/** Of 0 to 4: 3 is a guess in over 10^8 tries. */
const SCORE_MIN = 3;

/** There is one judge, who takes up to a second: whoever has many passwords judged waits behind themselves, in their agency too. */
const turns = new Turns(1, {
  waitingMax: 4_000,
  ofCallerMax: 5,
  tooMany: 'Too many passwords are judged at once; ask again later.',
});

/** What is known of whose password it is to be. */
export interface Known {
  readonly agencyId: string;
  /** Whoever shows the link of a member, or is signed in as one, is that one. */
  readonly memberId: string;
  /** Their name, their address, their agency. */
  readonly words: readonly string[];
}

/**
 * Refuses a password that is easily guessed: by length, by lists of what people take, by what is known of this person. Throws THROTTLED
 * where too many wait.
 */
export async function refuseWeakPassword(
  password: string,
  { agencyId, memberId, words: known }: Known,
): Promise<Refusal | null> {
  // What is kept: by its length and its letters as they are there, whatever was typed for them.
  const kept = inOneForm(password);
  const length = [...kept].length;
  if (length < PASSWORD_LENGTH_MIN || length > PASSWORD_LENGTH_MAX) {
    const message = `The password has ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters.`;
    return refuse('INVALID', message, 'password');
  }
  if (!canBeKept(password)) return refuse('INVALID', 'The password holds what can’t be kept.', 'password');
  const words = known
    .map(inOneForm)
    .flatMap((text) => [text, ...text.split(/[\s@.]+/)])
    .filter((word) => word.length > 2);
  const judged = [...kept].slice(0, JUDGED_LENGTH).join('');
  const { score, feedback } = await turns.run(agencyId, () => judge(judged, words), memberId);
  if (score >= SCORE_MIN) return null;
  const why = [feedback.warning, ...feedback.suggestions].filter(Boolean).join(' ');
  return refuse('INVALID', `The password is easily guessed. ${why}`.trim(), 'password');
}
