/** How much is looked at: an address of a page begins with all that tells what it is of. */
const LOOKED_AT_MAX = 200;

/** With or without scheme, at any of LinkedIn's hosts; Sales Navigator, mails and the mobile site have a folder of their own. */
const PAGE =
  /^(?:https?:)?\/*(?:[\w-]+\.)*linkedin\.com\.?(?::\d+)?\/+(?:(?:sales|comm|mwlite|m)\/+)?(company(?:-beta)?|school|showcase|in)(?:[/?#]|$)/iu;

/**
 * Whether a text is the address of a page that somebody has on LinkedIn, a company most often: whoever is asked for a company's domain
 * may well give that, and it says nothing of the domain. LinkedIn's own, `linkedin.com`, is a domain as any other.
 */
export function isPageOnLinkedIn(text: string): boolean {
  return PAGE.test(text.trim().slice(0, LOOKED_AT_MAX));
}
