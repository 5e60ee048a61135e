/** How what can be shared out is: a seat's room among its campaigns, a campaign's people among its seats, and texts among people. */

interface Weighted {
  readonly weight: number;
}

/**
 * Shares out whole parts by weight, each part to whoever is furthest below their share; nobody gets more than they want.
 * Always the same for the same parts: of several who are as far below, the first gets it.
 */
export function shareOut<Sharer extends Weighted & { readonly wants: number }>(
  parts: number,
  sharers: readonly Sharer[],
): Map<Sharer, number> {
  const got = new Map(sharers.map((sharer) => [sharer, 0]));
  for (let part = 0; part < parts; part += 1) {
    const hungry = sharers.filter((sharer) => got.get(sharer)! < sharer.wants);
    if (hungry.length === 0) break;
    const next = furthestBelow(hungry, got);
    got.set(next, got.get(next)! + 1);
  }
  return got;
}

/** Of some who share, there is one at least, whose turn it is: the first of those who are as far below. */
export function furthestBelow<Sharer extends Weighted>(
  sharers: readonly Sharer[],
  got: ReadonlyMap<Sharer, number>,
): Sharer {
  return sharers.reduce((one, other) => (fill(other, got) < fill(one, got) ? other : one));
}

/** How full somebody would be with one part more. */
function fill<Sharer extends Weighted>(sharer: Sharer, got: ReadonlyMap<Sharer, number>): number {
  return (got.get(sharer)! + 1) / sharer.weight;
}

/** One of some by weight, and always the same for the same name. */
export function pickByWeight<Choice extends Weighted>(
  choices: readonly Choice[],
  name: string,
): Choice | null {
  const total = choices.reduce((sum, { weight }) => sum + weight, 0);
  let left = (hashOf(name) / 2 ** 32) * total;
  for (const choice of choices) {
    left -= choice.weight;
    if (left < 0) return choice;
  }
  return choices.at(-1) ?? null;
}

/** FNV-1a with a last mix, 32 bits: spread evenly, and no secret. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
