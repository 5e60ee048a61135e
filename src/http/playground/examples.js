/**
 * The tabs of a first visit, in the order in which they are meant to be played. "…" is filled in by `blanks.js`.
 */

const HEADERS = { Authorization: 'Bearer hr_live_…' };

const RECIPIENT = {
  profileUrl: 'https://www.linkedin.com/in/ada-example',
  degree: 'FIRST',
};

const EXAMPLES = [
  {
    name: 'Who am I',
    query: `# 1. Who is asking?
#
# Put an API key into the field above (or into HTTP HEADERS
# below), then press the play button. Keys of the demo:
# npm run headroom -- demo --json

query WhoAmI {
  viewer {
    role
    agency { id name timeZone }
    clientAccount { id name }
  }
}
`,
  },
  {
    name: 'My seats',
    query: `# 2. My seats, and what is left.
#
# room: what could be held at this instant, all rules
# together, and what stops the next one.
# usage: each counter by itself.
# The next tabs take the first active seat of the answer.

query MySeats {
  seats(first: 20) {
    totalCount
    nodes {
      id
      holderName
      tier
      status
      timeZone
      clientAccount { id name }
      room(actions: [DIRECT_MESSAGE, CONNECTION_REQUEST]) {
        action
        remaining
        availableAt
        binding { code message remedy }
      }
      usage(actions: [DIRECT_MESSAGE, CONNECTION_REQUEST]) {
        limit { scopeKind actions window { kind seconds } max origin }
        used
        held
        unknown
        remaining
        level
        nextRoomAt
      }
    }
  }
}
`,
  },
  {
    name: 'May I send',
    query: `# 3. May this seat send this to this person now?
#
# Only a question: nothing is held or counted. usage tells
# each counter as it would stand after the hold.
# In QUERY VARIABLES "…" is the seat of tab 2; put the id of
# another in its place, and the person that you mean.

query MayISend($input: DecisionInput!) {
  previewDecision(input: $input) {
    outcome
    reasons { code message retryAt remedy }
    warnings { code message }
    retryAt
    certainAt
    suggestions { action availableAt message }
    usage { limit { scopeKind actions max origin } used held unknown remaining level }
    policyVersion
    decidedAt
  }
}
`,
    variables: { input: { seatId: '…', action: 'DIRECT_MESSAGE', recipient: RECIPIENT } },
  },
  {
    name: 'Hold and commit',
    query: `# 4. Hold room, send, commit.
#
# The play button offers both. Hold asks; if allowed, room is
# held for holdSeconds. Only then send, yourself: Headroom
# doesn't. Commit says that it was sent. (It wasn't?
# releaseReservation gives the room back.)
#
# In QUERY VARIABLES "…" is the seat of tab 2, a new key for
# each Hold, and the reservation of the last one.
# With a key of your own the second Hold gets the first
# answer again: replayed.

mutation Hold($hold: ReserveInput!) {
  reserve(input: $hold) {
    decision {
      id
      outcome
      replayed
      reasons { code message retryAt remedy }
      retryAt
      reservation { id status heldAt expiresAt }
    }
    userErrors { code message field }
  }
}

mutation Commit($commit: CommitReservationInput!) {
  commitReservation(input: $commit) {
    reservation { id status sentAt resolvedAt }
    userErrors { code message field }
  }
}
`,
    variables: {
      hold: {
        seatId: '…',
        action: 'DIRECT_MESSAGE',
        recipient: RECIPIENT,
        holdSeconds: 900,
        idempotencyKey: '…',
      },
      commit: { reservationId: '…' },
    },
  },
  {
    name: 'Live alerts',
    query: `# 5. What someone should know of, as it happens.
#
# Press play, leave this tab open, and let something happen
# in another: commit until a limit is near, or report a
# restriction. Stop ends it.
# A front end keeps the last cursor and comes again with
# since: nothing is missed, nothing is told twice.

subscription LiveAlerts {
  alertRaised(minSeverity: INFO) {
    __typename
    ... on AlertRaised {
      cursor
      alert { kind severity message raisedAt seat { id holderName } }
    }
    ... on AlertCheckpoint { cursor }
    ... on ResyncRequired { cursor }
  }
}
`,
  },
];

/** The examples as Playground's tabs, for an endpoint given with its origin. */
export function exampleTabs(endpoint) {
  return EXAMPLES.map(({ name, query, variables }) => ({
    endpoint,
    name,
    query,
    headers: HEADERS,
    variables: variables ? JSON.stringify(variables, null, 2) : '',
    queryTypes: Object.fromEntries(
      ['query', 'mutation', 'subscription'].map((type) => [type, query.includes(`\n${type}`)]),
    ),
    variableEditorOpen: true,
    queryVariablesActive: variables !== undefined,
  }));
}
