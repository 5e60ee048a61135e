import { readFile } from 'node:fs/promises';
import { POLICY_RULE_KINDS } from '../quota/policy/index.js';
import { ACTIONS, CONFIDENCES, LINKEDIN_TIERS, WINDOW_KINDS } from '../quota/words.js';
import { DateScalar } from '../schema/scalars.js';
import type { PolicyInput } from '../services/policy/policy.draft.js';
import { CommandError } from './answer.js';
import { INSTANT_EXAMPLE, instantFrom } from './instant.js';

/** A file that publishes a version: JSON with the names of PublishPolicyInput. */

/** More than any version says. */
const FILE_BYTES_MAX = 1_000_000;

type Reader = (value: unknown, path: string) => unknown;

const text: Reader = (value, path) => (typeof value === 'string' ? value : wrong(path, 'a text'));
const number: Reader = (value, path) => (Number.isInteger(value) ? value : wrong(path, 'a whole number'));
const flag: Reader = (value, path) => (typeof value === 'boolean' ? value : wrong(path, 'true or false'));
const oneOf =
  (words: readonly string[]): Reader =>
  (value, path) =>
    words.some((word) => word === value) ? value : wrong(path, `one of ${words.join(', ')}`);
const listOf =
  (read: Reader): Reader =>
  (value, path) =>
    Array.isArray(value)
      ? value.map((one: unknown, index) => read(one, `${path}.${index}`))
      : wrong(path, 'a list');
const day: Reader = (value, path) => {
  try {
    return DateScalar.parseValue(value);
  } catch {
    return wrong(path, 'a day, 2026-11-24');
  }
};
const instant: Reader = (value, path) => instantFrom(value) ?? wrong(path, `an instant, ${INSTANT_EXAMPLE}`);

const SOURCE: Readonly<Record<string, Reader>> = {
  source: text,
  sourceUrl: text,
  confidence: oneOf(CONFIDENCES),
  checkedOn: day,
};

const CHANGE: Readonly<Record<string, Reader>> = {
  kind: oneOf(POLICY_RULE_KINDS),
  description: text,
  actions: listOf(oneOf(ACTIONS)),
  onlyWithNote: flag,
  tiers: listOf(oneOf(LINKEDIN_TIERS)),
  windowKind: oneOf(WINDOW_KINDS),
  windowSeconds: number,
  recommended: number,
  ceiling: number,
  ...SOURCE,
};

const CREDIT_CHANGE: Readonly<Record<string, Reader>> = {
  tier: oneOf(LINKEDIN_TIERS),
  perMonth: number,
  keep: number,
  expiresAfterDays: number,
  ...SOURCE,
};

const POLICY: Readonly<Record<string, Reader>> = {
  basedOn: text,
  effectiveFrom: instant,
  changes: listOf(objectOf(CHANGE)),
  creditChanges: listOf(objectOf(CREDIT_CHANGE, ['tier'])),
  ...SOURCE,
};

/** Reads a version from a file. Throws INVALID, naming what is wrong and where. */
export async function readPolicyFile(path: string): Promise<PolicyInput> {
  const bytes = await readFile(path).catch(() => {
    throw new CommandError('NOT_FOUND', `There is no file ${path} that can be read.`);
  });
  if (bytes.length > FILE_BYTES_MAX) throw new CommandError('INVALID', `${path} is over 1 MB.`);
  // Each value was read by its reader.
  return objectOf(POLICY, ['source'])(parsed(bytes.toString('utf8'), path), 'the file') as PolicyInput;
}

function parsed(content: string, path: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new CommandError('INVALID', `${path} is no JSON: ${(error as Error).message}`);
  }
}

function objectOf(readers: Readonly<Record<string, Reader>>, required: readonly string[] = []): Reader {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return wrong(path, 'an object');
    }
    const missing = required.find((name) => !(name in value));
    if (missing !== undefined) throw new CommandError('INVALID', `${missing} of ${path} is missing.`);
    const entries = Object.entries(value).map(([name, one]): [string, unknown] => {
      const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
      if (!read) {
        const names = Object.keys(readers).join(', ');
        throw new CommandError('INVALID', `${path} has no ${name}; there are ${names}.`);
      }
      const isFile = path === 'the file';
      return [name, one === null ? null : read(one, isFile ? name : `${path}.${name}`)];
    });
    return Object.fromEntries(entries);
  };
}

function wrong(path: string, expected: string): never {
  throw new CommandError('INVALID', `${path} is ${expected}.`);
}
