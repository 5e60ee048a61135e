import type { Ask } from '../../quota/ask.js';
import { countedOn, decide, rulesOf } from '../../quota/decide.js';
import type { Limit } from '../../quota/limit.js';
import { needEntries } from '../../quota/planned-limits.js';
import { firstAdmitted, longestFirst, together, type Reason, type Rule } from '../../quota/rule.js';
import type { Books } from '../../quota/unit.js';
import type { Instant } from '../../quota/window.js';
import { onlyLooksOn } from '../../tenancy/roles.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { holdsBack, ofOthersToo } from './plan-at-desk.js';

/** What of all whose counts a viewer may not see has no room for a request, looked at once for all campaigns that ask it. */
export class RoomOfOthers {
  private readonly ask: Ask;
  private reasonsFound: readonly Reason[] | null = null;
  private certain: Rule | null = null;

  constructor(
    private readonly viewer: Viewer,
    ask: Ask,
    private readonly books: Books,
    private readonly at: Instant,
  ) {
    this.ask = ofOthersToo(viewer, ask, true);
  }

  /** Why nothing goes out under these and the limits of a campaign, until there is room for certain; null where there is. */
  shut(ofCampaign: readonly Limit[]): Reason | null {
    const { viewer, ask, books, at } = this;
    if (viewer.reach === null) return null;
    const own = ofOthersToo(viewer, { ...ask, limits: ofCampaign, credits: null }, true);
    if (!holdsBack(ask) && !holdsBack(own)) return null;
    const ofOwn = own.limits.length === 0 ? [] : decide(own, books, at).reasons;
    const ofAll = (this.reasonsFound ??= decide(ask, books, at).reasons);
    // As the limits of a request are in order: those of its campaign before those of its client account.
    const [reason] = longestFirst([
      ...ofAll.filter(({ limit }) => limit === null),
      ...ofOwn,
      ...ofAll.filter(({ limit }) => limit !== null),
    ]);
    if (!reason) return null;
    const certainAt = this.certainAt(own);
    // When somebody else's send leaves a window is not for whoever only looks on, who would read it off a forecast.
    if (onlyLooksOn(viewer.role) && certainAt !== null) return null;
    return { ...reason, retryAt: certainAt };
  }

  private certainAt(own: Ask): Instant | null {
    const { ask, books, at } = this;
    // What has room while another one has none is asked for later instants too.
    needEntries([...(this.certain ? [] : countedOn(ask)), ...countedOn(own)], books, 1);
    this.certain ??= together(rulesOf({ ask, books, at }, 'COMMIT'));
    return firstAdmitted([this.certain, ...rulesOf({ ask: own, books, at }, 'COMMIT')], at);
  }
}
