/** A count as a fact has it: a number, or its digits. */
type Count = number | string | undefined;

/** "1 hold", "3 holds": for messages. */
export function counted(count: Count, one: string, many = `${one}s`): string {
  return `${count} ${isOne(count) ? one : many}`;
}

/** "is" behind a count of one, "are" behind all others; or another such pair. */
export function verbOf(count: Count, one = 'is', many = 'are'): string {
  return isOne(count) ? one : many;
}

function isOne(count: Count): boolean {
  return Number(count) === 1;
}
