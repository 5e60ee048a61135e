/**
 * What fields of objects were found to be in an operation. One that is asked for under many names is found once: what it takes to find it,
 * and to show it, is in no price, and would be done in one go for all of them.
 */
export class FoundOnce {
  private readonly known = new WeakMap<object, Map<object, unknown>>();

  /** What `field` of `source` is. Of a root, and where it is thrown why not, each is found by itself. */
  of(source: unknown, field: object, find: () => unknown): unknown {
    if (typeof source !== 'object' || source === null) return find();
    const ofSource = this.known.get(source) ?? new Map<object, unknown>();
    if (ofSource.has(field)) return ofSource.get(field);
    const found = find();
    this.known.set(source, ofSource.set(field, found));
    return found;
  }
}
