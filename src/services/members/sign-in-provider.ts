import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import type { Role } from '../../quota/words.js';
import type { Sealer } from '../../tenancy/sealed.js';

/** An agency's OpenID provider, as it is told of. The secret that it knows this server by is told nobody. */
export interface SignInProvider {
  readonly issuer: string;
  readonly clientId: string;
  /** In lower case. */
  readonly allowedDomain: string;
  readonly setAt: Instant;
}

export interface KeptProvider extends SignInProvider {
  readonly agencyId: string;
  /** Another one whenever it is set. */
  readonly id: string;
  readonly setByRole: Role;
}

/** As it is read: to change it nobody has to open its secret. */
interface SealedProvider extends KeptProvider {
  readonly sealedClientSecret: Buffer;
}

/** With what it knows this server by: for whoever asks it. */
export interface AskedProvider extends KeptProvider {
  readonly clientSecret: string;
}

interface Row {
  readonly id: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly sealed_client_secret: Buffer;
  readonly allowed_domain: string;
  readonly set_by_role: Role;
  readonly set_at: string;
}

export async function readProvider(manager: EntityManager, agencyId: string): Promise<SealedProvider | null> {
  const [row] = await manager.query<Row[]>(
    `SELECT id, issuer, client_id, sealed_client_secret, allowed_domain, set_by_role, set_at
     FROM sign_in_provider WHERE agency_id = $1`,
    [agencyId],
  );
  if (!row) return null;
  return {
    ...{ agencyId, id: row.id, issuer: row.issuer, clientId: row.client_id, setByRole: row.set_by_role },
    ...{ allowedDomain: row.allowed_domain, setAt: Number(row.set_at) },
    sealedClientSecret: row.sealed_client_secret,
  };
}

/** The same for whoever asks it; null where its secret was sealed under one that this server has no more. */
export function askedProvider(
  sealer: Sealer,
  { sealedClientSecret, ...provider }: SealedProvider,
): AskedProvider | null {
  const { agencyId, id } = provider;
  const clientSecret = sealer.tryToOpen('CLIENT_SECRET', [agencyId, id], sealedClientSecret);
  return clientSecret === null ? null : { ...provider, clientSecret };
}

export async function writeProvider(
  manager: EntityManager,
  sealer: Sealer,
  { agencyId, id, issuer, clientId, clientSecret, allowedDomain, setByRole, setAt }: AskedProvider,
): Promise<void> {
  await manager.query(
    `INSERT INTO sign_in_provider
       (agency_id, id, issuer, client_id, sealed_client_secret, allowed_domain, set_by_role, set_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (agency_id) DO UPDATE SET id = $2, issuer = $3, client_id = $4, sealed_client_secret = $5,
       allowed_domain = $6, set_by_role = $7, set_at = $8`,
    [
      ...[agencyId, id, issuer, clientId, sealer.seal('CLIENT_SECRET', [agencyId, id], clientSecret)],
      ...[allowedDomain, setByRole, setAt],
    ],
  );
}

/** False where there was none. */
export async function deleteProvider(manager: EntityManager, agencyId: string): Promise<boolean> {
  const [deleted] = await manager.query<[object[], number]>(
    'DELETE FROM sign_in_provider WHERE agency_id = $1 RETURNING id',
    [agencyId],
  );
  return deleted.length === 1;
}
