/** How deep values lie in each other. A filter goes 8 filters deep, each with a list around it, and none else goes further. */
const DEPTH_MAX = 64;
/** Entries of one list: five times as many as any input takes, so that each says by itself how many it does. */
const ENTRIES_MAX = 5_000;

/**
 * What is wrong with the variables of an operation, whatever they are for; null where nothing is. What reads them calls itself, and all of
 * a list is read before anything says that it is too long. Looked at level by level.
 */
export function wrongShapeOf(variables: unknown): string | null {
  let level: unknown[] = [variables];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return 'The variables lie deeper in each other than any input does.';
    const below: unknown[] = [];
    for (const value of level) {
      if (value === null || typeof value !== 'object') continue;
      if (Array.isArray(value) && value.length > ENTRIES_MAX) {
        return `A list in the variables has ${value.length} entries; no input takes more than ${ENTRIES_MAX}.`;
      }
      for (const item of Object.values(value)) below.push(item);
    }
    level = below;
  }
  return null;
}
