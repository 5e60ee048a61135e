import { refuse, Refusal } from '../../errors.js';
import { ledgerOn, writeRows } from '../../ledger/books/manager-rows.js';
import { POLICY_VERSION, readOwnPolicies, rowFromPolicy } from '../../ledger/reading/policies.js';
import { raisePolicyInForce } from '../../ledger/alerts/policy-alerts.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import { BUILT_IN_POLICIES, PolicyCourse, type Policy } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import { ACTIONS, type Action } from '../../quota/words.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbiddenBeyondClientAccount } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import { BusyWork } from '../busy-work.js';
import type { Changes } from '../changes.js';
import { byId } from '../page.js';
import { checkPolicyInput, draftPolicy, numbersChanged, type PolicyInput } from './policy.draft.js';

export interface PublishPolicy extends PolicyInput {
  /** Tells what would come of it, and publishes nothing. */
  readonly dryRun?: boolean | null | undefined;
}

/** Room of a seat for an action today, without bursts: as things are, and under the version that was asked about. */
export interface RoomChange {
  readonly seatId: string;
  readonly action: Action;
  readonly now: number;
  readonly then: number;
}

/** What a version would change for seats if it were in force today. */
export interface PolicyEffect {
  /** How many were looked at. */
  readonly seats: number;
  /** Whatever would be otherwise, by the seat. */
  readonly changes: readonly RoomChange[];
}

export interface PublishedPolicy {
  readonly policy: Policy;
  /** Of a dry run alone. */
  readonly effect: PolicyEffect | null;
}

/** Seats that one snapshot is taken of: so much is in memory at once. */
const SEATS_AT_ONCE = 100;
/** Seats that a dry run looks at. */
const SEATS_MAX = 10_000;

const READ_SEATS = {
  name: 'read_seats_of_agency',
  text: `
SELECT id FROM seat WHERE agency_id = $1 AND status <> 'REMOVED' AND id > $2 ORDER BY id LIMIT $3`,
};
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** The versions of the policy that an agency has, and those that it publishes. */
export class PolicyService {
  constructor(
    private readonly ledger: LedgerReader,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
    private readonly busy: Pick<BusyWork, 'run'> = new BusyWork(),
  ) {}

  /**
   * Publishes a version of the agency's own, or tells what it would change. Refuses with INVALID (naming what is wrong) and
   * FORBIDDEN_FOR_ROLE.
   */
  async publishPolicy(viewer: Viewer, input: PublishPolicy): Promise<PublishedPolicy | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'publishPolicy') ?? checkPolicyInput(input);
    if (refusal) return refusal;
    return input.dryRun ? this.tryOut(viewer, input) : this.publish(viewer, input);
  }

  private publish(viewer: Viewer, input: PolicyInput): Promise<PublishedPolicy | Refusal> {
    const { agencyId, actor } = viewer;
    return this.changes.make(viewer, async (manager, at): Promise<PublishedPolicy | Refusal> => {
      const own = (await readOwnPolicies(await ledgerOn(manager), [agencyId])).get(agencyId) ?? [];
      const draft = draftPolicy(own, input, { at, by: actor });
      if (draft instanceof Refusal) return draft;
      const { policy } = draft;
      await writeRows(manager, POLICY_VERSION, [rowFromPolicy(agencyId, policy)]);
      // What would have been in force then: whatever the version was made from, that is what it takes the place of.
      const before = new PolicyCourse(own).at(policy.effectiveFrom);
      await this.audit.write(manager, viewer, at, {
        verb: 'publishPolicy',
        subjectKind: 'POLICY',
        subjectId: policy.id,
        ...numbersChanged(before, policy),
      });
      if (policy.effectiveFrom <= at) await raisePolicyInForce(manager, { agencyId, at }, { before, policy });
      return { policy, effect: null };
    });
  }

  private async tryOut(viewer: Viewer, input: PolicyInput): Promise<PublishedPolicy | Refusal> {
    const { own, at } = await this.read(viewer);
    const draft = draftPolicy(own, input, { at, by: viewer.actor });
    if (draft instanceof Refusal) return draft;
    return { policy: draft.policy, effect: await this.effectOf(viewer, draft.policy) };
  }

  /** A file or a version, as the version that it would be; for whoever asks what it would have changed. */
  async draft(viewer: Viewer, input: PolicyInput): Promise<Policy | Refusal> {
    const { own, at } = await this.read(viewer);
    const draft = checkPolicyInput(input) ?? draftPolicy(own, input, { at, by: viewer.actor });
    return draft instanceof Refusal ? draft : draft.policy;
  }

  private async effectOf(viewer: Viewer, policy: Policy): Promise<PolicyEffect> {
    const changes: RoomChange[] = [];
    let [seats, after] = [0, NO_ID];
    while (seats < SEATS_MAX) {
      const found = await this.ledger.read(viewer, (transaction) =>
        transaction.query<{ id: string }>(READ_SEATS, [viewer.agencyId, after, SEATS_AT_ONCE]),
      );
      const seatIds = found.map(({ id }) => id);
      // Some seats a turn: however many there are, another of the agency waits for one turn, and all others for less.
      const rooms = await this.busy.run(viewer, () => this.ledger.roomUnder(viewer, seatIds, policy));
      for (const [seatId, room] of rooms) {
        for (const action of ACTIONS) {
          const [now, then] = [room.now.get(action) ?? 0, room.then.get(action) ?? 0];
          if (now !== then) changes.push({ seatId, action, now, then });
        }
      }
      seats += seatIds.length;
      after = seatIds.at(-1) ?? after;
      if (seatIds.length < SEATS_AT_ONCE) break;
    }
    return { seats, changes };
  }

  /** The version in force at an instant; now, where none is named. */
  async policyAt(viewer: Viewer, at: Instant | null): Promise<Policy> {
    const { own, at: now } = await this.read(viewer);
    return new PolicyCourse(own).at(at ?? now);
  }

  /** All versions, the built-in ones among them, the one that comes into force last first. */
  async versions(viewer: Viewer): Promise<readonly Policy[]> {
    const { own } = await this.read(viewer);
    const byNumber = (policy: Policy) => policy.published?.number ?? 0;
    return [...BUILT_IN_POLICIES, ...own].toSorted(
      (one, other) => other.effectiveFrom - one.effectiveFrom || byNumber(other) - byNumber(one),
    );
  }

  /** Versions by their ids, as far as the agency has them. */
  async byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, Policy>> {
    return byId((await this.versions(viewer)).filter(({ id }) => ids.includes(id)));
  }

  /** A version by its name. Refuses with NOT_FOUND. */
  async byVersion(viewer: Viewer, version: string): Promise<Policy | Refusal> {
    const found = (await this.versions(viewer)).find((policy) => policy.version === version);
    return (
      found ?? refuse('NOT_FOUND', `There is no version ${version}; \`policy list\` tells which there are.`)
    );
  }

  private read(viewer: Viewer): Promise<{ own: readonly Policy[]; at: Instant }> {
    return this.ledger.read(viewer, async (transaction, at) => ({
      own: (await readOwnPolicies(transaction, [viewer.agencyId])).get(viewer.agencyId) ?? [],
      at,
    }));
  }
}
