import { refuse, type Refusal } from '../errors.js';
import { canBeKept } from './checks.js';

export const PASSWORD_LENGTH_MIN = 10;
/** Longer ones are not read to their end by whoever judges them, and are of no use to anybody. */
export const PASSWORD_LENGTH_MAX = 256;
/** Of 0 to 4: 3 is a guess in over 10^8 tries. */
const SCORE_MIN = 3;

/**
 * Refuses a password that is easily guessed: by length, by lists of what people take, by what is known of this person.
 * `known` are their name, address and agency.
 */
export async function refuseWeakPassword(
  password: string,
  known: readonly string[],
): Promise<Refusal | null> {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH_MIN || length > PASSWORD_LENGTH_MAX) {
    const message = `The password has ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters.`;
    return refuse('INVALID', message, 'password');
  }
  if (!canBeKept(password)) return refuse('INVALID', 'The password holds what can’t be kept.', 'password');
  const words = known.flatMap((text) => [text, ...text.split(/[\s@.]+/)]).filter((word) => word.length > 2);
  const { score, feedback } = await (await judge()).checkAsync(password, words);
  if (score >= SCORE_MIN) return null;
  const why = [feedback.warning, ...feedback.suggestions].filter(Boolean).join(' ');
  return refuse('INVALID', `The password is easily guessed. ${why}`.trim(), 'password');
}

type Judge = { checkAsync: (password: string, known: string[]) => Promise<Judged> };
interface Judged {
  readonly score: number;
  readonly feedback: { readonly warning: string | null; readonly suggestions: readonly string[] };
}

let made: Promise<Judge> | null = null;

/** Its lists are megabytes: they are read when the first password is judged. */
function judge(): Promise<Judge> {
  made ??= make();
  return made;
}

async function make(): Promise<Judge> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
  });
}
