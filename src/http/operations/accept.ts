/** What an answer of GraphQL can be sent as, and the ranges that hold it. */
const MEDIA_RANGES: ReadonlySet<string> = new Set([
  'application/json',
  'application/graphql-response+json',
  'application/*',
  '*/*',
]);
const NOT_AT_ALL = /^q=0(?:\.0{0,3})?$/;
const PARAMETER = /^(?:q=[\d.]+|charset="?utf-8"?)$/;

/**
 * Whether an `Accept` header lets an answer of GraphQL through. It is asked before anything is executed: Apollo finds out
 * only when there is an answer to send, and a mutation would have been done by then.
 */
export function acceptsAnswer(header: string | undefined): boolean {
  if (header === undefined || header.trim() === '') return true;
  return header.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    if (!MEDIA_RANGES.has(type)) return false;
    return parameters.every((parameter) => PARAMETER.test(parameter) && !NOT_AT_ALL.test(parameter));
  });
}
