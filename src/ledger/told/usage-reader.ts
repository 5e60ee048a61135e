import type { Scope } from '../../quota/counter.js';
import type { Usage } from '../../quota/usage.js';
import type { Instant } from '../../quota/window.js';
import type { SeatStatus } from '../../quota/words.js';
import type { AgenciesReader } from './agencies-reader.js';
import { readAgencyScopes, type AgencyScopes } from './agency-scopes.js';
import { StandingCache } from '../reading/cache.js';
import type { LedgerTransaction } from '../books/connection.js';
import type { Desk } from '../desk.js';
import { LongWork } from '../long-work.js';
import { Loading } from '../reading/loading.js';
import { scopeName } from '../reading/names.js';
import type { Book } from '../books/opening.js';
import { untilComplete, type MissingOfPass } from '../passes.js';
import { isInForce } from '../reading/restrictions.js';
import { readScopeLimits, type ScopeLimits } from '../reading/scope-limits.js';
import { scopeUsageUntil, seatUsageUntil } from './scope-changes.js';
import type { Standing } from '../reading/standing.js';

/** What is asked of one agency. */
export interface UsageAsked {
  readonly agencyId: string;
  readonly scopes: readonly Scope[];
  /** The revision at which its scopes are known already; null where they are not. */
  readonly knownRevision: number | null;
}

/** The usage of a scope as it is at an instant, told to nobody yet. */
export interface ScopeReading {
  readonly scope: Scope;
  /** Whose it is; null for the agency. */
  readonly clientAccountId: string | null;
  /** Of a seat. */
  readonly seatStatus: SeatStatus | null;
  readonly asOf: Instant;
  readonly usage: readonly Usage[];
  /** The first instant at which time alone may change it. */
  readonly changesAt: Instant | null;
}

/** An agency as it was found. */
export interface AgencyUsageRead {
  /** Where its book stood: what was written later is in none of this. */
  readonly book: Book;
  /** Null where they are known. */
  readonly scopes: AgencyScopes | null;
  /** By the scope's id; one that is not there any more is not among them. */
  readonly readings: ReadonlyMap<string, ScopeReading>;
}

export interface UsageRead {
  /** The database's clock. */
  readonly clock: Instant;
  /** What could not be read strikes its own agency alone. */
  readonly agencies: ReadonlyMap<string, AgencyUsageRead | Error>;
}

/**
 * Reads the usage of very many scopes, of several agencies, in the same statements at one instant: for what the process
 * itself tells those who watch. It asks no viewer: who may see what is decided for each of them where it is told.
 */
export class UsageReader {
  private readonly cache = new StandingCache();

  constructor(private readonly reader: AgenciesReader) {}

  async read(asked: readonly UsageAsked[]): Promise<UsageRead> {
    const agencyIds = asked.map(({ agencyId }) => agencyId);
    return this.reader.open(agencyIds, async ({ transaction, books, clock }) => {
      const revisionOf = new Map(books.map(({ agencyId, revision }) => [agencyId, revision]));
      const unknown = asked.filter(
        ({ agencyId, knownRevision }) => revisionOf.get(agencyId) !== knownRevision,
      );
      const [scopes, readings] = await Promise.all([
        readAgencyScopes(
          transaction,
          unknown.map(({ agencyId }) => agencyId),
        ),
        readReadings(transaction, this.cache, { asked, books, clock }),
      ]);
      const agencies = books.map((book): [string, AgencyUsageRead | Error] => {
        const { agencyId } = book;
        const read = readings.get(agencyId) ?? new Map<string, ScopeReading>();
        return [
          agencyId,
          read instanceof Error ? read : { book, scopes: scopes.get(agencyId) ?? null, readings: read },
        ];
      });
      return { clock, agencies: new Map(agencies) };
    });
  }
}

interface Asked {
  readonly asked: readonly UsageAsked[];
  readonly books: readonly Book[];
  readonly clock: Instant;
}

type Readings = Map<string, ScopeReading>;

async function readReadings(
  transaction: LedgerTransaction,
  cache: StandingCache,
  { asked, books, clock }: Asked,
): Promise<Map<string, Readings | Error>> {
  const loading = new Loading(transaction, cache);
  for (const { agencyId, lastAt } of books) {
    loading.of(agencyId).openAt(Math.max(clock, lastAt), lastAt);
  }
  const refs = asked.flatMap(({ agencyId, scopes }) => scopes.map((scope) => ({ agencyId, scope })));
  if (refs.length === 0) return new Map();
  const seats = refs.flatMap(({ agencyId, scope }) =>
    scope.kind === 'SEAT' ? [{ agencyId, seatId: scope.id }] : [],
  );
  const [limits] = await Promise.all([
    readScopeLimits(
      transaction,
      refs.filter(({ scope }) => scope.kind !== 'SEAT'),
    ),
    loading.readStandings(books, { seats, authorities: [] }),
    loading.readPaces(seats),
  ]);
  limits.forEach((found) => loading.of(found.agencyId).addScope(found));
  await loading.readScopes(refs);
  const limitsOf = new Map(limits.map((found) => [scopeName(found.scope), found]));
  const asking = new Map(asked.map(({ agencyId, scopes }) => [agencyId, scopes]));
  const passes = books.map(({ agencyId }) => ({
    reading: loading.of(agencyId),
    work: (desk: Desk, missing: MissingOfPass) =>
      readingsAt(desk, missing, { scopes: asking.get(agencyId) ?? [], limitsOf }),
  }));
  const passed = await transaction.whileAtWork(() => untilComplete(loading, passes));
  return new Map(
    passed.map((one, index) => [
      books[index]!.agencyId,
      'failure' in one ? one.failure : new Map(one.result.map((read) => [read.scope.id, read])),
    ]),
  );
}

async function readingsAt(
  desk: Desk,
  missing: MissingOfPass,
  {
    scopes,
    limitsOf,
  }: { readonly scopes: readonly Scope[]; readonly limitsOf: ReadonlyMap<string, ScopeLimits> },
): Promise<ScopeReading[]> {
  const readings = await new LongWork(missing.agencyId).each(scopes, (scope) =>
    missing.unless(() => {
      if (scope.kind !== 'SEAT') {
        const found = limitsOf.get(scopeName(scope));
        return found ? scopeReading(desk, found) : null;
      }
      const standing = desk.loaded.standings.get(scope.id);
      return standing ? seatReading(desk, standing) : null;
    }),
  );
  return readings.flatMap((reading) => reading ?? []);
}

function seatReading(desk: Desk, standing: Standing): ScopeReading {
  const { seatId, clientAccountId } = standing;
  const scope = { kind: 'SEAT', id: seatId } as const;
  return {
    scope,
    clientAccountId,
    seatStatus: statusAt(standing, desk.at),
    ...seatUsageUntil(desk, standing),
  };
}

function scopeReading(desk: Desk, found: ScopeLimits): ScopeReading {
  const { scope, clientAccountId } = found;
  return { scope, clientAccountId, seatStatus: null, ...scopeUsageUntil(desk, found) };
}

function statusAt({ status, restrictions }: Standing, at: Instant): SeatStatus {
  if (status === 'REMOVED') return status;
  return restrictions.some((restriction) => isInForce(restriction, at)) ? 'RESTRICTED' : status;
}
