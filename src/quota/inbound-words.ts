/** The words of what outreach tools and CRMs send in. */

/** The tools whose events are read; of GENERIC the agency says what stands where. */
export const INBOUND_TOOLS = ['HEYREACH', 'SALESFLOW', 'UNIPILE', 'GENERIC'] as const;
export type InboundTool = (typeof INBOUND_TOOLS)[number];

/** What an event says is to become of a person. */
export const INBOUND_PERSON_CHANGES = ['LISTED', 'DO_NOT_CONTACT'] as const;
export type InboundPersonChange = (typeof INBOUND_PERSON_CHANGES)[number];

/** What a list says of a person and an event may say, too. */
export const PROSPECT_FIELDS = [
  ...(['FIRST_NAME', 'LAST_NAME', 'COMPANY', 'COMPANY_DOMAIN'] as const),
  ...(['POSITION', 'INDUSTRY', 'LOCATION', 'NOTES'] as const),
] as const;
export type ProspectField = (typeof PROSPECT_FIELDS)[number];

/** Why an event of a tool did not count. */
export const UNREAD_REASONS = [
  'NOT_JSON',
  'NO_TYPE',
  'UNKNOWN_TYPE',
  'NO_PERSON',
  'PERSON_UNREADABLE',
  'TIME_UNREADABLE',
  'SEAT_UNKNOWN',
  'REFUSED',
] as const;
export type UnreadReason = (typeof UNREAD_REASONS)[number];
