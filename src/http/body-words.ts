import type { FastifyRequest } from 'fastify';

/** What is wrong with a body, in words: those of fastify and of its JSON Schema are for whoever wrote the server. */

/** A fault as Ajv tells it. */
interface SchemaFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A body that is not as its address takes it. `field`: at which of its fields; null where it is at none. */
export class BodyFault extends Error {
  constructor(
    message: string,
    readonly field: string | null,
  ) {
    super(message);
  }
}

/** For fastify, which answers 400 with it. */
export function schemaError([fault]: readonly SchemaFault[]): BodyFault {
  if (!fault) return new BodyFault('The body is not what this address takes.', null);
  const field = fault.keyword === 'required' ? String(fault.params['missingProperty']) : nameOf(fault);
  return new BodyFault(wordsOf(fault), field === '' ? null : field);
}

/** Of the field that is at fault; empty where it is the body itself. */
function nameOf({ instancePath }: SchemaFault): string {
  return instancePath.slice(1);
}

function wordsOf(fault: SchemaFault): string {
  const { keyword, params } = fault;
  const name = nameOf(fault);
  const what = name === '' ? 'The body' : `“${name}”`;
  switch (keyword) {
    case 'required':
      return `The body has no “${String(params['missingProperty'])}”.`;
    case 'additionalProperties':
      return 'The body has a field that this address does not take.';
    case 'minLength':
      return `${what} is empty.`;
    case 'maxLength':
      return `${what} has ${String(params['limit'])} characters at most.`;
    case 'type':
      return `${what} has to be ${[params['type']].flat().map(typeInWords).join(' or ')}.`;
    default:
      return `${what} is not what this address takes.`;
  }
}

function typeInWords(type: unknown): string {
  if (type === 'string') return 'a text';
  return type === 'object' ? 'a JSON object' : String(type);
}

/** By the code of fastify's own error. */
const OF_BODIES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is no valid JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'There is no body: send one, or leave out Content-Type.',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is too large for this address.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says.',
};

/** What is said of a request that fastify refused. */
export function wordsOfRequest(error: Error, request: FastifyRequest): string {
  const code = 'code' in error ? String(error.code) : '';
  return code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
    ? wordsOfType(request)
    : (OF_BODIES[code] ?? error.message);
}

/** Of an address that reads bodies by their type: they all read JSON. A page's form is answered with a page. */
function wordsOfType({ headers }: FastifyRequest): string {
  const type = headers['content-type'];
  const came = type === undefined ? 'without that header' : `as \`${type}\``;
  return `A body is sent here with \`Content-Type: application/json\`; this one came ${came}.`;
}
