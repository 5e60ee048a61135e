/** Events as the tools' pages show them, with people that there are none of. */

const AT = '2026-05-26T12:00:00Z';

/** In the spelling of programs that take them. */
export function heyreach(type: string, person = 'janesmith', more: object = {}): object {
  return {
    ...{ event_type: type, timestamp: AT, campaign: { id: 123, name: 'Q2', status: 'IN_PROGRESS' } },
    lead: {
      ...{ id: 'l1', profile_url: `https://www.linkedin.com/in/${person}`, full_name: 'Jane Smith' },
      ...{ email_address: 'jane@company.example', company_name: 'Company' },
    },
    sender: { id: 4711, full_name: 'Bob White', profile_url: 'https://www.linkedin.com/in/bob-white' },
    ...more,
  };
}

/** In the other one, of docs.opennous.cloud. */
export function heyreachAsNousHasIt(type: string): object {
  return {
    eventType: type,
    leadProfile: {
      ...{ firstName: 'Jane', lastName: 'Smith', emailAddress: 'jane@company.example' },
      linkedInUrl: 'https://linkedin.com/in/janesmith',
    },
    campaign: { id: 123, name: 'LinkedIn Q2' },
    message: { id: 'm_abc', text: 'Thanks for reaching out...' },
    timestamp: AT,
  };
}

export function salesflow(status: string, more: object = {}): object {
  return {
    ...{ IntegrationType: 'INTEGRATION_TYPE_WEBHOOK', MemberId: 0, LinkedInMemberId: 1_234_567_890 },
    ...{ FirstName: 'John', LastName: 'Smith', Email: 'john@example.com' },
    ConnectedAt: '2021-02-18T16:33:44.5905705+00:00',
    MemberUrl: 'https://linkedin.com/in/john-smith-123321',
    ...{ Status: status, HasReply: false, IsMuted: false },
    LinkedInAccount: { FirstName: 'Bob', LastName: 'White', Username: 'bob@example.com' },
    ...more,
  };
}

export const SALESFLOW_STATUS = {
  EventType: 'ACCOUNT_STATUS_CHANGED',
  Payload: { Data: { Status: 'ACCOUNT_ACTIVE' } },
  ...{ LinkedInAccountId: 7688, LinkedInEmail: 'natalia@example.com' },
};

const KIM = 'ACoAAAcDMMQBODyLwZrRcgYhrkCafURGqva0U4E';

/** `by` says who wrote it: the account, or the other one. */
export function unipileMessage(by: 'ACCOUNT' | 'OTHER', more: object = {}): object {
  const other = {
    ...{ attendee_id: '12Siz1Vcmfnke_Vai4Gg', attendee_name: 'Bastien', attendee_provider_id: 'AA1212' },
    attendee_profile_url: 'https://www.linkedin.com/in/bastien/',
  };
  const account = {
    ...{ attendee_id: 'C8zaRZTlVcmfnke_Vai4Gg', attendee_name: 'Kim', attendee_provider_id: KIM },
    attendee_profile_url: 'https://www.linkedin.com/in/kim/',
  };
  return {
    ...{ account_id: 'dfXlh46vQYCsMbVarumWlg', account_type: 'LINKEDIN', event: 'message_received' },
    account_info: { type: 'LINKEDIN', feature: 'classic', user_id: KIM },
    ...{ chat_id: 'R8J-xM9WX7eoHLp6gSVtWQ', timestamp: '2023-09-24T13:49:07.965Z' },
    ...{ message_id: `${by}-1`, message: 'Hello World !', sender: by === 'ACCOUNT' ? account : other },
    attendees: [by === 'ACCOUNT' ? other : account],
    ...more,
  };
}

export const UNIPILE_RELATION = {
  ...{ event: 'new_relation', account_id: 'SDF4tGaPSPSzNe1D1xsOs', account_type: 'LINKEDIN' },
  ...{ webhook_name: '', user_full_name: 'Satya Nadella', user_provider_id: 'ACoAAAEkwwAB' },
  ...{
    user_public_identifier: 'satyanadella',
    user_profile_url: 'https://www.linkedin.com/in/satyanadella/',
  },
};
