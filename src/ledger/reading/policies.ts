import {
  BUILT_IN_COURSE,
  BUILT_IN_POLICIES,
  PolicyCourse,
  ruleIdentity,
  type CreditRule,
  type Policy,
  type PolicyRule,
} from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { Table } from '../books/rows.js';

/**
 * What a version has otherwise than the built-in one that it follows from: whole rules, each of which says itself which one
 * it is; `v`: of this form.
 */
export interface PolicyNumbersJson {
  readonly v: 1;
  readonly rules: readonly PolicyRule[];
  readonly creditRules: readonly CreditRule[];
}

/** A version that an agency published, as its table has it. */
export interface PolicyVersionRow {
  agency_id: string;
  id: string;
  number: number;
  version: string;
  based_on: string;
  built_in: string;
  effective_from: Instant;
  published_at: Instant;
  published_by: string;
  source: string;
  numbers: PolicyNumbersJson;
}

export const POLICY_VERSION: Table<PolicyVersionRow> = {
  name: 'policy_version',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    number: 'int4',
    version: 'text',
    based_on: 'text',
    built_in: 'text',
    effective_from: 'int8',
    published_at: 'int8',
    published_by: 'text',
    source: 'text',
    numbers: 'jsonb',
  },
};

const READ_VERSIONS: Statement = {
  name: 'read_policy_versions',
  text: `
SELECT agency_id, id, number, version, based_on, built_in, effective_from, published_at, published_by, source, numbers
FROM policy_version WHERE agency_id = ANY ($1::uuid[]) ORDER BY agency_id, number`,
};

/** The versions that agencies published, in the order of publication. */
export async function readOwnPolicies(
  transaction: LedgerTransaction,
  agencyIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Policy[]>> {
  const own = new Map<string, Policy[]>();
  if (agencyIds.length === 0) return own;
  const rows = await transaction.query<PolicyVersionRow>(READ_VERSIONS, [[...new Set(agencyIds)]]);
  for (const row of rows) own.set(row.agency_id, [...(own.get(row.agency_id) ?? []), policyFromRow(row)]);
  return own;
}

/** The versions that decide for agencies: most have none of their own. */
export async function readCourses(
  transaction: LedgerTransaction,
  agencyIds: readonly string[],
): Promise<(agencyId: string) => PolicyCourse> {
  const own = await readOwnPolicies(transaction, agencyIds);
  const courses = new Map([...own].map(([agencyId, policies]) => [agencyId, new PolicyCourse(policies)]));
  return (agencyId) => courses.get(agencyId) ?? BUILT_IN_COURSE;
}

function tierOf({ tier }: CreditRule): string {
  return tier;
}

/**
 * A version's rules: those of the built-in one, with the agency's own in the places of those that they are instead of. One
 * that the built-in version has no more stays as it was published, before the others: whatever looks for one finds it first.
 */
function withOwn<Rule>(
  builtIn: readonly Rule[],
  own: readonly Rule[],
  identityOf: (rule: Rule) => string,
): readonly Rule[] {
  const left = new Map(own.map((rule) => [identityOf(rule), rule]));
  const rules = builtIn.map((rule) => {
    const identity = identityOf(rule);
    const found = left.get(identity) ?? rule;
    left.delete(identity);
    return found;
  });
  return [...left.values(), ...rules];
}

function otherThan<Rule>(
  builtIn: readonly Rule[],
  rules: readonly Rule[],
  identityOf: (rule: Rule) => string,
): readonly Rule[] {
  const known = new Map(builtIn.map((rule) => [identityOf(rule), rule]));
  return rules.filter((rule) => known.get(identityOf(rule)) !== rule);
}

/** Throws where it follows from a built-in version, or is of a form, that a newer program alone knows. */
export function policyFromRow(row: PolicyVersionRow, known: readonly Policy[] = BUILT_IN_POLICIES): Policy {
  const builtIn = known.find(({ version }) => version === row.built_in);
  if (!builtIn || row.numbers.v !== 1) {
    throw new Error(`Policy ${row.version} of ${row.built_in} can't be read by this program.`);
  }
  const { rules, creditRules } = row.numbers;
  return {
    ...builtIn,
    id: row.id,
    version: row.version,
    effectiveFrom: row.effective_from,
    builtIn: false,
    rules: withOwn(builtIn.rules, rules, ruleIdentity),
    creditRules: withOwn(builtIn.creditRules, creditRules, tierOf),
    published: {
      number: row.number,
      at: row.published_at,
      by: row.published_by,
      basedOn: row.based_on,
      builtIn: row.built_in,
      source: row.source,
    },
  };
}

/** What is kept of a version: what its built-in one has too is not written again. */
export function rowFromPolicy(agencyId: string, policy: Policy): PolicyVersionRow {
  const { published, rules, creditRules } = policy;
  const builtIn = BUILT_IN_POLICIES.find(({ version }) => version === published?.builtIn);
  if (!published || !builtIn) throw new Error(`Policy ${policy.version} is no agency's own.`);
  return {
    agency_id: agencyId,
    id: policy.id,
    number: published.number,
    version: policy.version,
    based_on: published.basedOn,
    built_in: published.builtIn,
    effective_from: policy.effectiveFrom,
    published_at: published.at,
    published_by: published.by,
    source: published.source,
    numbers: {
      v: 1,
      rules: otherThan(builtIn.rules, rules, ruleIdentity),
      creditRules: otherThan(builtIn.creditRules, creditRules, tierOf),
    },
  };
}
