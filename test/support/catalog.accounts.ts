/** Tables that are of no agency. */
export const OUTSIDE_OF_AGENCIES = [
  // Which agencies there are: ids alone. The audit goes over all of them.
  'agency_directory',
  // Who signs in, by a fingerprint that the transaction must name; behind a wall of its own.
  'account',
  // How often somebody tried to, by fingerprints.
  'sign_in_try',
  // What the migrations have run; the run-time role has no grant on it.
  'schema_migration',
];

/** The directory of accounts is of no agency: it has a wall of its own. */
export const ACCOUNTS_RULE = {
  name: 'of the accounts, which are of no agency, a transaction sees those alone whose fingerprints it names',
  sql: `SELECT 'account' AS offence FROM pg_class c WHERE c.oid = 'account'::regclass AND NOT (
        c.relrowsecurity AND c.relforcerowsecurity
        AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) = 1
        AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd = '*'
          AND pg_get_expr(p.polqual, p.polrelid) LIKE '(fingerprint = ANY (%''headroom.accounts''%'
          AND pg_get_expr(p.polqual, p.polrelid) NOT LIKE '% OR %'
          AND pg_get_expr(p.polqual, p.polrelid) IS NOT DISTINCT FROM pg_get_expr(p.polwithcheck, p.polrelid)))`,
  breaches: [
    ['a wall that the owner walks through', 'ALTER TABLE account NO FORCE ROW LEVEL SECURITY'],
    ['no wall', 'ALTER TABLE account DISABLE ROW LEVEL SECURITY'],
    ['a second policy', 'CREATE POLICY second ON account USING (true) WITH CHECK (true)'],
    [
      'a policy that lets everything pass',
      'ALTER POLICY account_wall ON account USING (true) WITH CHECK (true)',
    ],
    ['a policy that lets everything be written', 'ALTER POLICY account_wall ON account WITH CHECK (true)'],
  ],
} as const;
