/** The grounds on which people may be written to whose data was not had from them (GDPR, article 6). */
export const LAWFUL_BASES = ['CONSENT', 'CONTRACT', 'LEGITIMATE_INTERESTS'] as const;
export type LawfulBasis = (typeof LAWFUL_BASES)[number];
