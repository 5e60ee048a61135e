/** The instant that a uuidv7 was made from, in SQL. */
export const instantOfId = (id: string): string =>
  `('x' || substr(replace(${id}::text, '-', ''), 1, 12))::bit(48)::int8`;
