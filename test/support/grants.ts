/**
 * What the run-time role may do with each table, and nothing beyond it. Whoever needs more adds it here, where a review
 * sees it: ids, owners and instants of what is kept can't be rewritten by any defect of the server.
 */
interface Grants {
  readonly may: readonly ('SELECT' | 'INSERT' | 'DELETE')[];
  /** The columns that may be altered; no table as a whole. */
  readonly alters?: readonly string[];
}

const ADDS = ['SELECT', 'INSERT'] as const;
const ADDS_AND_DELETES = ['SELECT', 'INSERT', 'DELETE'] as const;

const GRANTS: { readonly [table: string]: Grants } = {
  access_rules: { may: ADDS, alters: ['second_factor_demanded'] },
  account: { may: ADDS_AND_DELETES, alters: ['fingerprint', 'key_version', 'password_hash', 'members'] },
  activity_source: { may: ADDS },
  agency: { may: ADDS },
  agency_book: { may: ADDS, alters: ['revision', 'last_at', 'alert_sequence', 'turn'] },
  agency_directory: { may: ADDS },
  alert: { may: ADDS, alters: ['acknowledged_at', 'acknowledged_by'] },
  alert_mute: { may: ADDS_AND_DELETES },
  api_key: { may: ADDS, alters: ['expires_at', 'last_used_at', 'replaced_by', 'revoked_at'] },
  archive_import: { may: ADDS },
  archive_row: { may: ADDS },
  audit_entry: { may: ADDS },
  campaign: {
    may: ADDS,
    alters: [
      ...['name', 'external_ref', 'status', 'purpose', 'lawful_basis', 'data_source', 'segment_id'],
      ...['audience_tags', 'starts_on', 'ends_on', 'approval_required', 'version', 'draft_version'],
      ...['launched_at', 'ended_at', 'enrolling_after', 'running_since', 'stalled_at'],
    ],
  },
  campaign_approval: {
    may: ADDS_AND_DELETES,
    alters: ['answer', 'answered_at', 'answered_name', 'remark', 'words_forgotten_at'],
  },
  campaign_approval_person: { may: ADDS_AND_DELETES },
  campaign_seat: { may: ADDS_AND_DELETES, alters: ['weight'] },
  campaign_version: { may: ADDS_AND_DELETES },
  charge: { may: ADDS },
  client_account: {
    may: ADDS,
    alters: [
      'plan_id',
      'name',
      'external_ref',
      'time_zone',
      'status',
      'limit_mode',
      'pools_contacts',
      'approval_required',
      'approver_email',
      'approver_set_at',
    ],
  },
  connection: { may: ADDS, alters: ['connected_at', 'learned_at'] },
  credit_event: { may: ADDS },
  credit_purse: { may: ADDS, alters: ['state'] },
  decision: { may: ADDS },
  do_not_contact: { may: ADDS_AND_DELETES },
  engagement: { may: ADDS },
  enrolment: {
    may: ADDS,
    alters: [
      ...['seat_id', 'version', 'state', 'ended_because', 'step', 'step_since', 'next_due_at', 'degree'],
      ...['open_profile', 'started_at', 'ended_at'],
    ],
  },
  hold: { may: ADDS_AND_DELETES, alters: ['accounted_at'] },
  idempotency: { may: ADDS },
  invitation_end: { may: ADDS },
  letter: { may: ADDS, alters: ['sealed_token', 'tries', 'next_try_at', 'sent_at'] },
  member: {
    may: ADDS,
    alters: ['email', 'name', 'role', 'status', 'rights', 'joined_at', 'removed_at'],
  },
  member_client_account: { may: ADDS_AND_DELETES },
  member_link: { may: ADDS, alters: ['ended_at'] },
  member_seat: { may: ADDS_AND_DELETES },
  outside_use: { may: ADDS_AND_DELETES },
  plan: { may: ADDS, alters: ['name', 'seat_allowance'] },
  policy_version: { may: ADDS },
  preview_recipient: { may: ADDS_AND_DELETES },
  prospect: {
    may: ADDS_AND_DELETES,
    alters: [
      ...['recipient_id', 'profile_url', 'sales_navigator_url', 'first_name', 'last_name', 'company'],
      ...[
        'company_domain',
        'position',
        'industry',
        'location',
        'notes',
        'tags',
        'custom',
        'edited',
        'sort_name',
        'compared',
      ],
    ],
  },
  prospect_term: { may: ADDS_AND_DELETES },
  recovery_code: { may: ADDS_AND_DELETES, alters: ['used_at'] },
  second_factor: {
    may: ADDS_AND_DELETES,
    alters: [
      ...['confirmed_at', 'last_step', 'sealed_secret', 'next_sealed_secret', 'next_made_at'],
      ...['tries', 'tried_at', 'next_try_at'],
    ],
  },
  recipient: {
    may: ADDS,
    alters: ['profile_url', 'name', 'company', 'company_domain', 'erased_at', 'merged_into', 'told_as'],
  },
  recipient_employer: { may: ADDS_AND_DELETES },
  recipient_key: { may: ADDS, alters: ['recipient_id'] },
  resolution: { may: ADDS },
  retention: { may: ADDS, alters: ['prospect_months'] },
  restriction: { may: ADDS, alters: ['half_caps_until', 'lifted_at'] },
  schema_migration: { may: [] },
  scope_limit: { may: ADDS_AND_DELETES, alters: ['max'] },
  scope_state: { may: ADDS, alters: ['state'] },
  scope_zone: { may: ADDS },
  seat: {
    may: ADDS,
    alters: [
      ...[
        'client_account_id',
        'external_ref',
        'holder_name',
        'holder_kind',
        'holder_agreed_on',
        'profile_url',
      ],
      ...['tier', 'time_zone', 'working_hours', 'limit_mode', 'status', 'history', 'warm_up_started_on'],
      ...[
        'opening_pending_invitations',
        'opening_credits',
        'credits_renew_on',
        'credits_per_month',
        'removed_as',
      ],
      ...['holder_withdrew_at', 'holder_link_generation'],
    ],
  },
  seat_address: { may: ADDS_AND_DELETES },
  seat_assignment: { may: ADDS },
  touches_ended: { may: ADDS, alters: ['last_number'] },
  touch: {
    may: ADDS_AND_DELETES,
    alters: [
      ...['seat_id', 'variant', 'state', 'due_at', 'claimed_by', 'claimed_at', 'claimed_until'],
      ...['reservation_id', 'ended_at', 'ended_because', 'claims', 'claim_key', 'earlier_reservation_ids'],
      ...['end_number', 'look_at'],
    ],
  },
  trusted_document: { may: ADDS_AND_DELETES },
  kept_text: { may: ADDS_AND_DELETES },
  text_keeping: { may: ADDS, alters: ['days', 'kept_after'] },
  text_band: { may: ADDS },
  text_send: { may: ADDS_AND_DELETES, alters: ['held', 'counts_until'] },
  text_sketch: { may: ADDS_AND_DELETES, alters: ['kept_until'] },
  session: { may: ADDS_AND_DELETES, alters: ['last_used_at', 'ended_at'] },
  sign_in_provider: {
    may: ADDS_AND_DELETES,
    alters: [
      ...['id', 'issuer', 'client_id', 'sealed_client_secret', 'allowed_domain', 'set_by_role', 'set_at'],
    ],
  },
  sign_in_return: { may: ADDS_AND_DELETES },
  sign_in_try: { may: ADDS_AND_DELETES, alters: ['points', 'expire'] },
  segment: { may: ADDS_AND_DELETES, alters: ['name', 'filter', 'updated_at'] },
  seat_day_off: { may: ADDS_AND_DELETES },
  webhook: {
    may: ADDS_AND_DELETES,
    alters: [
      ...['name', 'sealed_url', 'format', 'alert_kinds', 'min_severity', 'client_account_id', 'status'],
      ...['reservation_changes', 'read_sequence', 'read_at', 'last_number', 'failures', 'failing_since'],
      ...['failing_told', 'next_try_at', 'claimed_by', 'claimed_until', 'touch_changes', 'engagements'],
      ...['prospect_ref_field', 'read_touch', 'read_engaged_at', 'read_engagement'],
    ],
  },
  webhook_delivery: {
    may: ADDS_AND_DELETES,
    alters: ['status', 'due_at', 'tries', 'tried_at', 'ended_at', 'status_code', 'failure', 'took_ms'],
  },
  webhook_secret: { may: ADDS_AND_DELETES, alters: ['ends_at', 'sealed_secret'] },
  inbound_source: { may: ADDS, alters: ['revoked_at', 'last_event_at', 'unread_told_at'] },
  unread_event: { may: ADDS_AND_DELETES },
  usage_hour: { may: ADDS, alters: ['allowed', 'denied', 'committed', 'released', 'recorded'] },
};

/** `seat SELECT`, `seat UPDATE tier`, in the words of the rule that compares them with the catalog. */
export const GRANTED: readonly string[] = Object.entries(GRANTS).flatMap(([table, { may, alters = [] }]) => [
  ...may.map((privilege) => `${table} ${privilege}`),
  ...alters.map((column) => `${table} UPDATE ${column}`),
]);
