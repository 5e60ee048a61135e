/**
 * What a language's texts give themselves away by, in small letters. A space stands for any white space; a phrase counts
 * where no letter or figure stands right before or behind it.
 */
export interface Language {
  /** BCP 47. */
  readonly tag: string;
  /** What sells, said before anybody asked. */
  readonly pitch: readonly string[];
  /** What speaks of something that is sent along. */
  readonly attachment: readonly string[];
  /** What writes on although the person asked to be left alone. */
  readonly optedOut: readonly string[];
  /** What says how the writer came upon the person. */
  readonly origin: readonly string[];
}
