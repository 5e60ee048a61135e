import { CHARGED_UNTIL } from '../../ledger/books/charged-until.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import type { Condition, Leaf, TextTest } from '../../outreach/segment.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';

/** A condition on a prospect `p` of the agency $1, and the values of its own parameters. */
export interface ConditionSql {
  readonly text: string;
  readonly values: readonly unknown[];
}

interface Terms {
  /** The number of the first parameter. */
  readonly first: number;
  /** When it is asked. */
  readonly at: Instant;
  /** The parameter that names the client account; $2 unless told. */
  readonly account?: string;
}

/** What somebody notices as being written to. */
const CONTACTS: readonly Action[] = [
  'CONNECTION_REQUEST',
  'DIRECT_MESSAGE',
  'INMAIL',
  'OPEN_PROFILE_MESSAGE',
  'GROUP_MESSAGE',
];

/**
 * One condition of SQL for a filter. Each thing that is asked is met or not met, never unknown: NOT would make unknown of
 * unknown, and leave out whom it means. Everything that a caller says is a parameter.
 */
export function sqlOf(condition: Condition, terms: Terms): ConditionSql {
  const values: unknown[] = [];
  const parameter = (value: unknown, type: string): string => {
    values.push(value);
    return `$${terms.first + values.length - 1}::${type}`;
  };
  const asked = { parameter, at: terms.at, account: terms.account ?? '$2' };
  return { text: write(condition, asked), values };
}

type Parameter = (value: unknown, type: string) => string;

interface Asked {
  readonly parameter: Parameter;
  readonly at: Instant;
  readonly account: string;
}

function write(condition: Condition, asked: Asked): string {
  if (condition.kind === 'NOT') return `NOT ${write(condition.part, asked)}`;
  if (condition.kind === 'LEAF') return `coalesce(${writeLeaf(condition.leaf, asked)}, false)`;
  const parts = condition.parts.map((part) => write(part, asked));
  if (parts.length === 0) return condition.kind === 'ALL' ? 'true' : 'false';
  return `(${parts.join(condition.kind === 'ALL' ? ' AND ' : ' OR ')})`;
}

function writeLeaf(leaf: Leaf, { parameter, at, account }: Asked): string {
  switch (leaf.of) {
    case 'TEXT': {
      const text =
        typeof leaf.field === 'string'
          ? `p.compared->'texts'->>${parameter(leaf.field, 'text')}`
          : `p.compared->'custom'->>${parameter(leaf.field.custom, 'text')}`;
      return writeText(`(${text})`, leaf.test, parameter);
    }
    case 'TAGS':
      return `p.compared->'tags' ${leaf.which === 'ANY' ? '?|' : '?&'} ${parameter(leaf.tags, 'text[]')}`;
    case 'ADDED':
      return `p.added_at ${leaf.side === 'FROM' ? '>=' : '<'} ${parameter(leaf.at, 'int8')}`;
    case 'LAST_CONTACTED':
      return contacted(
        account,
        `HAVING max(f.at) ${leaf.side === 'FROM' ? '>=' : '<'} ${parameter(leaf.at, 'int8')}`,
      );
    case 'DAYS': {
      const from = parameter(at - leaf.days * DAY, 'int8');
      if (leaf.what === 'ADDED') return `p.added_at >= ${from}`;
      return contacted(account, `HAVING max(f.at) >= ${from}`);
    }
    case 'CONTACTED':
      return contacted(account, '');
    case 'REPLIED':
      return replied(account);
    case 'MARKED':
      return marked(account);
    case 'CONNECTED':
      return connected(account, parameter(leaf.seatId, 'uuid'));
  }
}

function writeText(text: string, test: TextTest, parameter: Parameter): string {
  switch (test.is) {
    case 'SET':
      return `${text} IS NOT NULL`;
    case 'IN':
      return `${text} = ANY (${parameter(test.values, 'text[]')})`;
    case 'STARTING':
      return `starts_with(${text}, ${parameter(test.value, 'text')})`;
    case 'CONTAINING':
      return `strpos(${text}, ${parameter(test.value, 'text')}) > 0`;
  }
}

/**
 * Whoever is the person of somebody who was found: each prospect stands under one address, and what is known of them may be by another.
 * Few have several, and they alone are looked for. Asked once, and looked up for every row: nothing in it names the row.
 */
function isAmong(found: string, having = ''): string {
  return `p.recipient_id IN (WITH person AS (
      SELECT coalesce(r.merged_into, f.id) AS id FROM (${found}) AS f
      LEFT JOIN recipient r ON r.agency_id = $1 AND r.id = f.id AND r.merged_into IS NOT NULL
      GROUP BY coalesce(r.merged_into, f.id) ${having})
    SELECT person.id FROM person
    UNION ALL
    SELECT r.id FROM person JOIN recipient r ON r.agency_id = $1 AND r.merged_into = person.id)`;
}

// What other client accounts sent, or were answered, is nobody's business here.
function contacted(account: string, having: string): string {
  const found = `SELECT c.recipient_id AS id, max(c.effective_at) AS at FROM charge c
    WHERE c.agency_id = $1 AND c.client_account_id = ${account} AND c.recipient_id IS NOT NULL
      AND c.action IN (${CONTACTS.map((action) => `'${action}'`).join(', ')}) AND c.origin <> 'VOID'
      AND c.effective_at <= ${CHARGED_UNTIL} AND NOT EXISTS (
        SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
    GROUP BY c.recipient_id`;
  return isAmong(found, having);
}

function replied(account: string): string {
  return isAmong(`SELECT e.recipient_id AS id FROM engagement e
    WHERE e.agency_id = $1 AND e.client_account_id = ${account} AND e.kind IN ('REPLIED', 'INMAIL_ACCEPTED')`);
}

// As readMarked() and the ledger ask it: by all that a person, and each company they were told to be of, is found by.
function marked(account: string): string {
  return `p.recipient_id IN (SELECT one.id FROM (
    SELECT r.recipient_id FROM do_not_contact d JOIN recipient_key r ON r.agency_id = d.agency_id
      AND r.key_version = d.key_version AND r.fingerprint = d.fingerprint
    WHERE d.agency_id = $1 AND d.kind = 'PERSON' AND d.scope_id IN ($1, ${account})
    UNION ALL
    SELECT r.recipient_id FROM do_not_contact d JOIN recipient_employer r ON r.agency_id = d.agency_id
      AND r.kind = d.kind AND r.key_version = d.key_version AND r.fingerprint = d.fingerprint
    WHERE d.agency_id = $1 AND d.kind <> 'PERSON' AND d.scope_id IN ($1, ${account}) AND r.scope_id IN ($1, ${account})
  ) AS m CROSS JOIN LATERAL unnest(${recipientsOfPerson('$1', 'm.recipient_id')}) AS one (id))`;
}

/** As the ledger knows it, of a seat that is the client account's now. */
function connected(account: string, seatId: string): string {
  const isOwn = `EXISTS (SELECT 1 FROM seat s
      WHERE s.agency_id = $1 AND s.id = ${seatId} AND s.client_account_id = ${account})`;
  return isAmong(`
    SELECT k.recipient_id AS id FROM connection k WHERE k.agency_id = $1 AND k.seat_id = ${seatId} AND ${isOwn}
    UNION ALL
    SELECT e.recipient_id FROM engagement e
    WHERE e.agency_id = $1 AND e.seat_id = ${seatId} AND e.kind = 'INVITATION_ACCEPTED' AND ${isOwn}`);
}
