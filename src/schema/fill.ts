/**
 * Makes an instance of a schema class with these fields: `fill(Seat, { id, … })`. Interfaces and `Query.node` tell
 * types by class, so a plain object isn't enough; and the compiler says which field is missing.
 */
export function fill<Type extends object>(type: new () => Type, fields: Type): Type {
  return Object.assign(new type(), fields);
}
