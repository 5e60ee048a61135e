import { setTimeout } from 'node:timers/promises';
import { Failure, refuse, Refusal } from '../../errors.js';
import {
  listActivities,
  readActivities,
  type ActivityRecord,
  type HistoryFilter,
} from '../../ledger/told/history.js';
import type { Ledger } from '../../ledger/ledger.js';
import { LongWork } from '../../ledger/long-work.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import type { Recipient, RecordAnswer, RecordInput } from '../../ledger/requests.js';
import { counts } from '../../quota/counter.js';
import type { Usage } from '../../quota/usage.js';
import type { Action } from '../../quota/words.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { isUnreachable } from '../../tenancy/sqlstate.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { Changes } from '../changes.js';
import { checkAll, checkInteger, checkText } from '../checks.js';
import { checkIdempotencyKey, idempotencyKey, refuseKeyOfTouch } from './idempotency-key.js';
import { afterId, pageOf, type Page, type PageAsked } from '../page.js';
import { readRecipient, type RecipientTerms } from './recipient-input.js';

/** Something done elsewhere, as a caller tells it; ids as uuids. */
export interface ActivityTerms {
  readonly seatId: string;
  readonly action: Action;
  readonly recipient?: RecipientTerms | null;
  readonly count?: number | null;
  readonly occurredAt: number;
  readonly withNote?: boolean | null;
  readonly source?: string | null;
  readonly reservationId?: string | null;
  readonly idempotencyKey: string;
}

/** The counters of the seats that were recorded, after it. */
export interface Recorded {
  readonly recorded: number;
  readonly alreadyKnown: number;
  readonly wouldHaveBeenRefused: number;
  readonly usage: readonly { readonly asOf: number; readonly usage: Usage }[];
  /** That some of it says nothing, as it could not be looked at; null where all does. */
  readonly notLookedAt: Refusal | null;
}

/** What is in the books, and of which inputs. */
type Put = Exclude<RecordAnswer, Refusal> & { readonly inputs: readonly RecordInput[] };

/** How something is recorded that no caller records like this. */
interface RecordedHow {
  /** What makes two records under one key the same; left out, all that they say. */
  readonly sameAs?: Readonly<Record<string, unknown>>;
}

const ACTIVITIES_MAX = 1_000;
const VOIDS_MAX = 1_000;
const COUNT_MAX = 100_000;
const SOURCE_LENGTH_MAX = 100;
const REASON_LENGTH_MAX = 1_000;
const LOOKS_MAX = 3;
const LOOK_AGAIN_MS = 500;

/** As the contract has them; a recipient's are told in every input that names one. */
const ACTIVITY_DEFAULTS = { count: 1, withNote: false, degree: 'UNKNOWN', openProfile: false };

/** What was done elsewhere. */
export class ActivityService {
  constructor(
    private readonly ledger: Ledger,
    private readonly reader: LedgerReader,
    private readonly fingerprints: Fingerprints,
    private readonly changes: Pick<Changes, 'behind'>,
  ) {}

  /**
   * All or nothing. Throws BAD_USER_INPUT for too many inputs, and nothing for what is looked at behind what is recorded: that
   * stays, and is told.
   */
  async record(
    viewer: Viewer,
    activities: readonly ActivityTerms[],
    how: RecordedHow = {},
  ): Promise<Recorded | Refusal> {
    const answer = await this.put(viewer, activities, how);
    if (answer instanceof Refusal) return answer;
    const { inputs, recorded, alreadyKnown, newSends, noted } = answer;
    const refused = await this.look(() => this.reader.refusedInHindsight(viewer, newSends));
    const sent = inputs.map((input, place) => ({ ...input, noted: noted[place]! }));
    const usage = await this.look(() => this.usageAfter(viewer, sent));
    const missing = { wouldHaveBeenRefused: refused === null, usage: usage === null };
    return {
      ...{ recorded, alreadyKnown, wouldHaveBeenRefused: refused ?? 0, usage: usage ?? [] },
      notLookedAt: notLookedAt(missing),
    };
  }

  /** Null where it could not be had; whoever runs the server is told why. */
  private look<T>(look: () => Promise<T>): Promise<T | null> {
    return this.changes.behind(tryAgain(look));
  }

  /** Records, for whoever asks neither what would have been refused nor what there is room for now. */
  async put(
    viewer: Viewer,
    activities: readonly ActivityTerms[],
    how: RecordedHow = {},
  ): Promise<Put | Refusal> {
    if (activities.length > ACTIVITIES_MAX) {
      throw new Failure(
        'BAD_USER_INPUT',
        `\`inputs\` are ${ACTIVITIES_MAX} at most, not ${activities.length}.`,
      );
    }
    const inputs: RecordInput[] = [];
    const long = new LongWork(viewer.agencyId);
    for (const [index, activity] of activities.entries()) {
      await long.goOn();
      const input = this.read(viewer, activity, how);
      if (input instanceof Refusal) return input.under('inputs', String(index));
      inputs.push(input);
    }
    const answer = await this.ledger.ask({ kind: 'RECORD', viewer, inputs });
    return answer instanceof Refusal ? answer : { ...answer, inputs };
  }

  /** All or nothing; repeated, it is a no-op. */
  async voidActivities(
    viewer: Viewer,
    activityIds: readonly string[],
    reason: string,
  ): Promise<{ readonly voided: number } | Refusal> {
    if (activityIds.length > VOIDS_MAX) {
      throw new Failure(
        'BAD_USER_INPUT',
        `\`activityIds\` are ${VOIDS_MAX} at most, not ${activityIds.length}.`,
      );
    }
    const wrong = checkText(reason, REASON_LENGTH_MAX, 'reason');
    if (wrong) return wrong;
    const reasonFingerprint = this.fingerprints.of('AUDIT', viewer.agencyId, reason).toString('hex');
    return this.ledger.ask({ kind: 'VOID', viewer, activityIds, reasonFingerprint });
  }

  /** Newest first. */
  async list(
    viewer: Viewer,
    filter: Omit<HistoryFilter, 'afterId' | 'rows'>,
    asked: PageAsked,
  ): Promise<Page<ActivityRecord>> {
    const found = await this.reader.read(viewer, (transaction) =>
      listActivities(transaction, viewer, { ...filter, afterId: afterId(asked), rows: asked.rows + 1 }),
    );
    return pageOf(found, asked, ({ id }) => [id]);
  }

  byIds(viewer: Viewer, ids: readonly string[]): Promise<ActivityRecord[]> {
    return this.reader.read(viewer, (transaction) => readActivities(transaction, viewer, ids));
  }

  private read(viewer: Viewer, activity: ActivityTerms, { sameAs }: RecordedHow): RecordInput | Refusal {
    const { idempotencyKey: key } = activity;
    const count = activity.count ?? 1;
    const wrong = checkAll(
      checkIdempotencyKey(key),
      sameAs ? null : refuseKeyOfTouch(key),
      checkInteger(count, 1, COUNT_MAX, 'count'),
      (activity.recipient || activity.reservationId) && count !== 1
        ? refuse('INVALID', 'count is 1 where there is a recipient or a reservation.', 'count')
        : null,
      activity.occurredAt < 0 ? refuse('INVALID', 'occurredAt is before 1970.', 'occurredAt') : null,
      checkText(activity.source ?? undefined, SOURCE_LENGTH_MAX, 'source'),
    );
    if (wrong) return wrong;
    let recipient: Recipient | null = null;
    if (activity.recipient) {
      const read = readRecipient(this.fingerprints, viewer.agencyId, activity.recipient);
      if (read instanceof Refusal) return read;
      recipient = read;
    }
    return {
      seatId: activity.seatId,
      action: activity.action,
      noted: activity.action === 'CONNECTION_REQUEST' && activity.withNote === true,
      recipient,
      count,
      occurredAt: activity.occurredAt,
      source: activity.source ?? null,
      reservationId: activity.reservationId ?? null,
      idempotency: idempotencyKey(
        this.fingerprints,
        viewer.agencyId,
        'RECORD',
        sameAs ? { ...sameAs, idempotencyKey: key } : activity,
        sameAs ? {} : ACTIVITY_DEFAULTS,
      ),
    };
  }

  private async usageAfter(
    viewer: Viewer,
    inputs: readonly Pick<RecordInput, 'seatId' | 'action' | 'noted'>[],
  ): Promise<Recorded['usage']> {
    const bySeat = await this.reader.usageOfSeats(
      viewer,
      inputs.map(({ seatId }) => seatId),
    );
    // Seats share their parents' counters: each is told once.
    const told = new Map<string, Recorded['usage'][number]>();
    await new LongWork(viewer.agencyId).each([...bySeat], ([seatId, { asOf, usage }]) => {
      const ofSeat = inputs.filter((input) => input.seatId === seatId);
      for (const one of usage) {
        const { scope, counter } = one.limit;
        if (!ofSeat.some(({ action, noted }) => counts(counter, action, noted))) continue;
        told.set(`${scope.kind} ${scope.id} ${counter.key}`, { asOf, usage: one });
      }
    });
    return [...told.values()];
  }
}

/** The way to the database may be had a moment later, and a turn at it. */
async function tryAgain<T>(look: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await look();
    } catch (error) {
      const passes = isUnreachable(error) || (error instanceof Failure && error.retryAfterMs !== undefined);
      if (tries >= LOOKS_MAX || !passes) throw error;
      await setTimeout(LOOK_AGAIN_MS * tries);
    }
  }
}

function notLookedAt(missing: Readonly<Record<string, boolean>>): Refusal | null {
  const fields = Object.keys(missing).filter((field) => missing[field]);
  if (fields.length === 0) return null;
  const message = `All is recorded. What could not be looked at behind it says nothing here: ${fields.join(', ')}.`;
  return new Refusal('NOT_LOOKED_AT', message);
}
