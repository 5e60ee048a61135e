/** What is known of people, by the tables that know it. Each is asked of the agency `$1` and the recipients `$2`, some at the instant `$3`. */

/** When something was decided or changed: its id is made from the instant. */
const instantOf = (id: string): string => `('x' || left(replace(${id}::text, '-', ''), 12))::bit(48)::int8`;

const DECISIONS = `SELECT d.id FROM decision d WHERE d.agency_id = $1 AND d.recipient_id = ANY ($2::uuid[])`;
const CHARGES = `SELECT c.id FROM charge c WHERE c.agency_id = $1 AND c.recipient_id = ANY ($2::uuid[])`;
// Engagements by seat, as their index is: an agency has few seats.
const ENGAGEMENTS = `seat s CROSS JOIN LATERAL (SELECT * FROM engagement e WHERE e.agency_id = $1 AND e.seat_id = s.id
      AND e.recipient_id = ANY ($2::uuid[])) AS e WHERE s.agency_id = $1`;
const TOUCHES = `enrolment e JOIN touch t ON t.agency_id = $1 AND t.enrolment_id = e.id
    WHERE e.agency_id = $1 AND e.recipient_id = ANY ($2::uuid[])`;
const PROSPECTS = `prospect p WHERE p.agency_id = $1 AND p.recipient_id = ANY ($2::uuid[])`;
/** What finds the person, and their employers: what marks are compared with. */
const KEYS = `SELECT 'PERSON' AS of, $1::uuid AS scope_id, kind, key_version, fingerprint FROM recipient_key
      WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[])
    UNION ALL SELECT kind, scope_id, kind, key_version, fingerprint FROM recipient_employer
      WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[])`;
const MARKS = `(${KEYS}) AS k JOIN do_not_contact d ON d.agency_id = $1 AND d.kind = k.of AND d.key_version = k.key_version
      AND d.fingerprint = k.fingerprint AND (k.scope_id = $1 OR d.scope_id IN ($1, k.scope_id))`;

export const PERSON_PARTS = {
  people: `SELECT profile_url,
      (SELECT array_agg(DISTINCT t.url) FROM jsonb_each_text(told_as - 'v') AS t (account, url)) AS spelled_as, name, company, company_domain, created_at, erased_at, merged_into IS NOT NULL AS joined
    FROM recipient WHERE agency_id = $1 AND id = ANY ($2::uuid[]) ORDER BY created_at, id`,
  fingerprints: `SELECT kind, key_version, encode(fingerprint, 'hex') AS fingerprint FROM (${KEYS}) AS k ORDER BY 1, 2, 3`,
  prospects: `SELECT id AS prospect, client_account_id AS client, profile_url, sales_navigator_url, first_name, last_name,
      company, company_domain, position, industry, location, notes, tags, custom->'fields' AS custom_fields,
      edited AS set_by_hand, added_at
    FROM ${PROSPECTS} ORDER BY id`,
  decisions: `SELECT id AS decision, seat_id AS seat, client_account_id AS client, campaign_id AS campaign, action,
      noted AS with_note, outcome, reason_codes AS reasons, policy_version, asked_by, ${instantOf('id')} AS decided_at
    FROM decision WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[]) ORDER BY id`,
  reservations: `SELECT d.id AS reservation, d.seat_id AS seat, d.client_account_id AS client, d.action,
      coalesce(r.status, CASE WHEN d.expires_at > $3::int8 THEN 'HELD' ELSE 'EXPIRED' END) AS status,
      d.expires_at, r.sent_at, r.resolved_at, r.released_because, r.resolved_by
    FROM decision d LEFT JOIN resolution r ON r.agency_id = $1 AND r.reservation_id = d.id
    WHERE d.agency_id = $1 AND d.recipient_id = ANY ($2::uuid[]) AND d.outcome = 'ALLOWED' ORDER BY d.id`,
  activities: `SELECT c.id AS activity, c.seat_id AS seat, c.client_account_id AS client, c.campaign_id AS campaign, c.action,
      c.noted AS with_note, c.count, c.origin, s.name AS told_by, c.reservation_id AS reservation,
      CASE WHEN c.voids IS NOT NULL THEN json_build_object('activity', c.voids) END AS takes_out,
      c.effective_at, c.earliest_at, c.recorded_at, c.recorded_by
    FROM charge c LEFT JOIN activity_source s ON s.agency_id = $1 AND s.id = c.source_id
    WHERE c.agency_id = $1 AND c.recipient_id = ANY ($2::uuid[]) ORDER BY c.effective_at, c.id`,
  credits: `SELECT e.seat_id AS seat, e.charge_id AS activity, e.kind, e.amount, e.at AS happened_at
    FROM credit_event e WHERE e.agency_id = $1 AND e.charge_id = ANY (ARRAY(${CHARGES})) ORDER BY e.at, e.number`,
  engagements: `SELECT e.id AS engagement, e.seat_id AS seat, e.client_account_id AS client, e.kind, e.origin,
      e.reservation_id AS reservation, e.occurred_at, e.earliest_at, e.recorded_at, e.recorded_by
    FROM ${ENGAGEMENTS} ORDER BY e.occurred_at, e.id`,
  connections: `SELECT seat_id AS seat, connected_at, learned_at FROM connection
    WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[]) ORDER BY connected_at`,
  imports: `SELECT r.seat_id AS seat, r.subject_kind AS of, r.matched, encode(r.fingerprint, 'hex') AS fingerprint
    FROM archive_row r WHERE r.agency_id = $1
      AND r.subject_id = ANY (ARRAY(${CHARGES}) || ARRAY(SELECT e.id FROM ${ENGAGEMENTS})) ORDER BY 1, 2, 4`,
  enrolments: `SELECT e.campaign_id AS campaign, c.client_account_id AS client, e.seat_id AS seat, e.version, e.state,
      e.ended_because, e.step, e.degree, e.open_profile, e.enrolled_at, e.started_at, e.next_due_at, e.ended_at
    FROM enrolment e JOIN campaign c ON c.agency_id = $1 AND c.id = e.campaign_id
    WHERE e.agency_id = $1 AND e.recipient_id = ANY ($2::uuid[]) ORDER BY e.enrolled_at, e.id`,
  touches: `SELECT t.id AS touch, t.campaign_id AS campaign, t.seat_id AS seat, t.step, t.variant, t.state, t.due_at, t.claimed_by,
      t.claimed_at, t.claimed_until, t.claim_key, t.reservation_id AS reservation, t.ended_at, t.ended_because
    FROM ${TOUCHES} ORDER BY t.due_at, t.id`,
  approvals: `SELECT a.campaign_id AS campaign, a.version, p.sample IS NOT NULL AS shown_to_client, a.answer, a.asked_at,
      a.answered_at
    FROM campaign_approval a JOIN campaign_approval_person p ON p.agency_id = $1 AND p.approval_id = a.id
      AND p.recipient_id = ANY ($2::uuid[])
    WHERE a.agency_id = $1 ORDER BY a.asked_at, a.id`,
  doNotContact: `SELECT DISTINCT d.kind, d.scope_kind,
      CASE d.scope_kind WHEN 'CLIENT_ACCOUNT' THEN d.scope_id END AS client,
      CASE d.scope_kind WHEN 'SEAT' THEN d.scope_id END AS seat, d.created_at, d.created_by
    FROM ${MARKS} ORDER BY d.created_at, d.kind, d.scope_kind`,
  textFingerprints: `SELECT t.id AS reservation, t.held, t.counts_until FROM text_send t
    WHERE t.agency_id = $1 AND t.id = ANY (ARRAY(${DECISIONS})) ORDER BY t.counts_until, t.id`,
  previews: `SELECT DISTINCT (DATE '1970-01-01' + p.day)::text AS day,
      CASE WHEN k.id IS NULL THEN 'member:' ELSE 'key:' END || p.asker_id AS previewed_by
    FROM recipient_key r JOIN preview_recipient p ON p.agency_id = $1 AND p.fingerprint = r.fingerprint
    LEFT JOIN api_key k ON k.agency_id = $1 AND k.id = p.asker_id
    WHERE r.agency_id = $1 AND r.recipient_id = ANY ($2::uuid[]) ORDER BY 1, 2`,
  toldTo: `SELECT v.id AS delivery, v.webhook_id AS webhook, v.event, v.status, v.created_at, v.ended_at FROM webhook_delivery v
    WHERE v.agency_id = $1 AND v.subject_id = ANY (
      ARRAY(${DECISIONS}) || ARRAY(SELECT e.id FROM ${ENGAGEMENTS}) || ARRAY(SELECT t.id FROM ${TOUCHES}))
    ORDER BY v.created_at, v.id`,
  changes: `SELECT a.id AS entry, a.verb, a.subject_kind AS of, a.actor AS changed_by, ${instantOf('a.id')} AS changed_at
    FROM audit_entry a WHERE a.agency_id = $1 AND (a.subject_kind, a.subject_id) IN (
      SELECT 'PERSON', unnest($2::uuid[]) UNION ALL SELECT 'PROSPECT', p.id FROM ${PROSPECTS}
      UNION ALL SELECT 'DO_NOT_CONTACT', d.id FROM ${MARKS}) ORDER BY a.id`,
  seats: `SELECT s.id AS seat, s.client_account_id AS client, s.holder_name, s.holder_kind, s.profile_url,
      s.holder_agreed_on::text, s.status
    FROM seat s WHERE s.agency_id = $1 AND s.profile_url IN (
      SELECT profile_url FROM recipient WHERE agency_id = $1 AND id = ANY ($2::uuid[])
      UNION ALL SELECT p.profile_url FROM ${PROSPECTS}) ORDER BY s.id`,
} as const satisfies Readonly<Record<string, string>>;

export type PersonPart = keyof typeof PERSON_PARTS;
