import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  astFromValue,
  BreakingChangeType,
  buildSchema,
  findBreakingChanges,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  print,
} from 'graphql';

/**
 * Compares the published schema with the contract that every version keeps:
 *
 *   node --import tsx scripts/check-contract.ts [--complete] [--update] [PUBLISHED [CONTRACT [MISSING]]]
 *
 * What is in both has to be the same: types to the last exclamation mark, default values, and nothing new that is
 * required. What is only in the contract has to be named in MISSING (docs/contract-missing.txt), and what is named there
 * has to be missing: the list only ever gets shorter, and a published field that disappears is seen. `--update` writes the
 * list anew, never longer; with `--complete` nothing may be missing at all. What is only published is nobody's business
 * here. Exits with 1 where something differs.
 */

export interface ContractReport {
  /** What is in both and isn't the same, one sentence each. */
  readonly differences: readonly string[];
  /** What only the contract has: `Alert`, `Seat.credits`, `Query.seats(search:)`, `Action.INMAIL`. */
  readonly missing: readonly string[];
  /** What the contract describes in other words, or the schema doesn't describe at all: `Seat.usage`. */
  readonly describedOtherwise: readonly string[];
}

/** What graphql-js finds as well and is told here already: removed is missing, and changed types differ. */
const TOLD_ALREADY: ReadonlySet<string> = new Set([
  BreakingChangeType.TYPE_REMOVED,
  BreakingChangeType.FIELD_REMOVED,
  BreakingChangeType.ARG_REMOVED,
  BreakingChangeType.VALUE_REMOVED_FROM_ENUM,
  BreakingChangeType.TYPE_REMOVED_FROM_UNION,
  BreakingChangeType.FIELD_CHANGED_KIND,
  BreakingChangeType.ARG_CHANGED_KIND,
]);

const ROOT_TYPES: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/** Compares two schemas; the order of the findings is the contract's. */
export function compareWithContract(contract: GraphQLSchema, published: GraphQLSchema): ContractReport {
  const findings: Findings = { differences: [], missing: [], describedOtherwise: [] };
  compareRoots(contract, published, findings);
  for (const type of Object.values(contract.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    const publishedType = published.getType(type.name);
    if (publishedType) compareTypes(type, publishedType, findings);
    else findings.missing.push(type.name);
  }
  // Whatever else graphql-js knows to break a client is a difference too: kinds, new required inputs, interfaces.
  for (const change of findBreakingChanges(contract, published)) {
    const ofMissingInterface =
      change.type === BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED &&
      findings.missing.some((name) => change.description.endsWith(` interface ${name}.`));
    if (!TOLD_ALREADY.has(change.type) && !ofMissingInterface) {
      findings.differences.push(`${change.type}: ${change.description}`);
    }
  }
  return findings;
}

interface Findings {
  differences: string[];
  missing: string[];
  describedOtherwise: string[];
}

/** Anything that has a name and may have a description. */
interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

function compareRoots(contract: GraphQLSchema, published: GraphQLSchema, findings: Findings): void {
  const roots = [
    [contract.getQueryType(), published.getQueryType()],
    [contract.getMutationType(), published.getMutationType()],
    [contract.getSubscriptionType(), published.getSubscriptionType()],
  ];
  for (const [ours, theirs] of roots) {
    if (ours && theirs && ours.name !== theirs.name) {
      findings.differences.push(`The root type ${ours.name} is called ${theirs.name}.`);
    }
  }
}

function compareTypes(type: GraphQLNamedType, published: GraphQLNamedType, findings: Findings): void {
  compareDescriptions(type.name, type, published, findings);
  if (isEnumType(type) && isEnumType(published)) {
    pair(type.name, type.getValues(), published.getValues(), findings);
  } else if (isUnionType(type) && isUnionType(published)) {
    const members = new Set(published.getTypes().map((member) => member.name));
    const absent = type.getTypes().filter((member) => !members.has(member.name));
    findings.missing.push(...absent.map((member) => `${type.name} | ${member.name}`));
  } else if (isInputObjectType(type) && isInputObjectType(published)) {
    const pairs = pair(type.name, inputFields(type), inputFields(published), findings);
    for (const [path, field, publishedField] of pairs) compareInputs(path, field, publishedField, findings);
    if (type.isOneOf !== published.isOneOf) findings.differences.push(`${type.name}: @oneOf differs.`);
  } else if (
    (isObjectType(type) && isObjectType(published)) ||
    (isInterfaceType(type) && isInterfaceType(published))
  ) {
    compareFields(type, published, findings);
  }
}

type WithFields = GraphQLObjectType | GraphQLInterfaceType;

function compareFields(type: WithFields, published: WithFields, findings: Findings): void {
  const fields = Object.values(type.getFields());
  const publishedFields = Object.values(published.getFields());
  for (const [path, field, publishedField] of pair(type.name, fields, publishedFields, findings)) {
    if (String(field.type) !== String(publishedField.type)) {
      findings.differences.push(wrongType(path, field.type, publishedField.type));
    }
    for (const [argPath, arg, publishedArg] of pairArgs(path, field.args, publishedField.args, findings)) {
      compareInputs(argPath, arg, publishedArg, findings);
    }
  }
}

function compareInputs(
  path: string,
  input: GraphQLArgument | GraphQLInputField,
  published: GraphQLArgument | GraphQLInputField,
  findings: Findings,
): void {
  if (String(input.type) !== String(published.type)) {
    findings.differences.push(wrongType(path, input.type, published.type));
  } else if (defaultOf(input) !== defaultOf(published)) {
    findings.differences.push(
      `${path}: the default is ${defaultOf(published)}, the contract says ${defaultOf(input)}.`,
    );
  }
}

function wrongType(path: string, type: unknown, publishedType: unknown): string {
  return `${path}: the type is ${String(publishedType)}, the contract says ${String(type)}.`;
}

function defaultOf(input: GraphQLArgument | GraphQLInputField): string {
  const value = input.defaultValue === undefined ? null : astFromValue(input.defaultValue, input.type);
  return value ? print(value) : 'none';
}

function inputFields(type: GraphQLInputObjectType): GraphQLInputField[] {
  return Object.values(type.getFields());
}

/** Those of the same name, each with its path; the contract's others are noted as missing. */
function pair<Part extends Described>(
  parent: string,
  ofContract: readonly Part[],
  ofPublished: readonly Part[],
  findings: Findings,
  pathOf: (name: string) => string = (name) => `${parent}.${name}`,
): [string, Part, Part][] {
  const publishedByName = new Map(ofPublished.map((part) => [part.name, part]));
  const pairs: [string, Part, Part][] = [];
  for (const part of ofContract) {
    const published = publishedByName.get(part.name);
    const path = pathOf(part.name);
    if (published) pairs.push([path, part, published]);
    else findings.missing.push(path);
    if (published) compareDescriptions(path, part, published, findings);
  }
  return pairs;
}

function pairArgs(
  field: string,
  ofContract: readonly GraphQLArgument[],
  ofPublished: readonly GraphQLArgument[],
  findings: Findings,
): [string, GraphQLArgument, GraphQLArgument][] {
  return pair(field, ofContract, ofPublished, findings, (name) => `${field}(${name}:)`);
}

function compareDescriptions(path: string, part: Described, published: Described, findings: Findings): void {
  // The root types need no words: type-graphql has no place for them.
  if (ROOT_TYPES.has(path) && !part.description) return;
  const wanted = part.description ?? published.description;
  if (!wanted || wanted !== published.description) findings.describedOtherwise.push(path);
}

function readSchema(path: string): GraphQLSchema {
  try {
    return buildSchema(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} can't be read as a schema: ${String(error)}`, { cause: error });
  }
}

function printList(title: string, lines: readonly string[]): void {
  if (lines.length > 0)
    console.log(`${title} (${lines.length}):\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

/** Runs the command with its arguments and returns its exit code. */
export function main(args: readonly string[]): number {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const unknown = flags.filter((flag) => !FLAGS.includes(flag));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}, only ${FLAGS.join(' and ')}.`);
  const paths = args.filter((arg) => !arg.startsWith('-'));
  const [published = 'schema.graphql', contract = 'docs/contract.graphql', list = MISSING_LIST] = paths;
  const report = compareWithContract(readSchema(contract), readSchema(published));
  const listed = flags.includes('--complete') ? [] : readList(list);
  const gone = report.missing.filter((name) => !listed.includes(name));
  const arrived = listed.filter((name) => !report.missing.includes(name));
  const shorter = flags.includes('--update') && gone.length === 0 && arrived.length > 0;
  if (shorter) writeFileSync(list, report.missing.map((name) => `${name}\n`).join(''));
  printList('Described otherwise, or not at all', report.describedOtherwise);
  printList(`Missing, and not named in ${list}`, gone);
  if (!shorter) printList(`There by now: take it out of ${list} (--update)`, arrived);
  printList('Different from the contract', report.differences);
  if (report.differences.length + gone.length > 0 || (arrived.length > 0 && !shorter)) return 1;
  console.log(`${published} keeps ${contract}; ${report.missing.length} parts of it are not there yet.`);
  return 0;
}

const FLAGS = ['--complete', '--update'];
const MISSING_LIST = 'docs/contract-missing.txt';

function readList(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
