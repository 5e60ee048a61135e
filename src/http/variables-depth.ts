/** How deep values lie in each other. A filter goes 8 filters deep, each with a list around it, and none else goes further. */
const DEPTH_MAX = 64;

/** Whether variables lie deeper in each other than any input does. Looked at level by level: what reads them calls itself. */
export function areTooDeep(variables: unknown): boolean {
  let level: unknown[] = [variables];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return true;
    const below: unknown[] = [];
    for (const value of level) {
      if (value === null || typeof value !== 'object') continue;
      for (const item of Object.values(value)) below.push(item);
    }
    level = below;
  }
  return false;
}
