/** One of each name. Whatever is asked again for the same reads no row twice: a request may name one person 1,000 times. */
export function distinctBy<One>(all: readonly One[], nameOf: (one: One) => string): One[] {
  return [...new Map(all.map((one) => [nameOf(one), one])).values()];
}
