/** How deep values lie in each other. A filter goes 8 filters deep, each with a list around it, and none else goes further. */
const DEPTH_MAX = 64;
/** Entries of one list: five times as many as any input takes, so that each says by itself how many it does. */
const ENTRIES_MAX = 5_000;

/** Values from which on to look at them, price them and make them what they stand for takes a turn: some milliseconds. */
const VALUES_MANY = 64;

/** Whether there are many values in variables; no more of them are looked at than it takes to know. */
export function areMany(variables: unknown): boolean {
  let values = 0;
  const left: unknown[] = [variables];
  while (left.length > 0) {
    const one = left.pop();
    if (one === null || typeof one !== 'object') continue;
    const inner: unknown[] = Object.values(one);
    values += inner.length;
    if (values > VALUES_MANY) return true;
    for (const each of inner) left.push(each);
  }
  return false;
}

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
