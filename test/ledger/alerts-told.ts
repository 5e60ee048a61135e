import { seeing, type Office } from './support.js';

/** An alert as it is kept. */
export interface AlertTold {
  readonly sequence: string;
  readonly kind: string;
  readonly raised_at: string;
  readonly seat_id: string | null;
  readonly client_account_id: string | null;
  readonly detail: { readonly facts?: object };
}

/** All alerts of an office, which are numbered without gaps. */
export function alertsOf(appUrl: string, { agencyId }: Office): Promise<AlertTold[]> {
  return seeing(appUrl, [agencyId], async (client) => {
    const { rows } = await client.query<AlertTold>(
      `SELECT sequence, kind, raised_at, seat_id, client_account_id, detail FROM alert WHERE agency_id = $1 ORDER BY sequence`,
      [agencyId],
    );
    expect(rows.map(({ sequence }) => Number(sequence))).toEqual(rows.map((_, index) => index + 1));
    return rows;
  });
}

/** What is told, and when it happened. */
export async function toldOf(appUrl: string, office: Office): Promise<[kind: string, at: number][]> {
  return (await alertsOf(appUrl, office)).map(({ kind, raised_at }) => [kind, Number(raised_at)]);
}
