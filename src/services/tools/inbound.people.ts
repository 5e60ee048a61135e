import { Refusal } from '../../errors.js';
import type { PersonEvent, ToolEvent } from '../../imports/tool-events.js';
import { reachOfKey, type Viewer } from '../../tenancy/viewer.js';
import type { DoNotContactService } from '../prospects/do-not-contact.service.js';
import type { ProspectOutcome, ProspectService } from '../prospects/prospect.service.js';
import { refusedAs, type Came } from './inbound-outcome.js';
import { credentialOf, type InboundSource } from './inbound-source.js';

export interface InboundPeopleParts {
  readonly prospects: Pick<ProspectService, 'addProspects'>;
  readonly doNotContact: Pick<DoNotContactService, 'add'>;
}

interface OfPerson {
  readonly event: ToolEvent;
  readonly read: PersonEvent;
}

/**
 * What tools tell of people: who is to be on the list of the source's client account, and who is to be left alone by it. Told
 * again it changes nothing: a person is one address. Each is taken by itself: one that is refused spoils no other.
 */
export class InboundPeople {
  constructor(private readonly parts: InboundPeopleParts) {}

  /** What came of those of the events that are of people. */
  async take(source: InboundSource, events: readonly ToolEvent[]): Promise<Map<ToolEvent, Came>> {
    const came = new Map<ToolEvent, Came>();
    const { clientAccountId } = source;
    const all = events.flatMap((event): OfPerson[] =>
      event.read.kind === 'PERSON' ? [{ event, read: event.read }] : [],
    );
    // No other source is added with such events.
    if (clientAccountId === null || all.length === 0) return came;
    const viewer = viewerOf(source, clientAccountId);
    const listed = all.filter(({ read }) => read.change === 'LISTED');
    const outcomes = await this.list(viewer, source, clientAccountId, listed);
    listed.forEach(({ event }, index) => came.set(event, outcomes[index]!));
    for (const { event, read } of all) {
      if (read.change === 'DO_NOT_CONTACT') came.set(event, await this.mark(viewer, clientAccountId, read));
    }
    return came;
  }

  /** What a tool says takes the place of what a list said; what a person set by hand stays. */
  private async list(
    viewer: Viewer,
    { mapping }: InboundSource,
    clientAccountId: string,
    listed: readonly OfPerson[],
  ): Promise<readonly Came[]> {
    if (listed.length === 0) return [];
    const prospects = listed.map(({ read: { profileUrl, fields, customFields } }) => ({
      ...fields,
      profileUrl,
      tags: mapping?.tags ?? [],
      customFields: Object.entries(customFields).map(([name, value]) => ({ name, value })),
    }));
    const added = await this.parts.prospects.addProspects(viewer, {
      clientAccountId,
      prospects,
      replace: true,
    });
    return added instanceof Refusal ? listed.map(() => refusedAs(added)) : added.map(cameOf);
  }

  private async mark(viewer: Viewer, clientAccountId: string, { profileUrl }: PersonEvent): Promise<Came> {
    const marked = await this.parts.doNotContact.add(viewer, { profileUrl, clientAccountId });
    if (marked instanceof Refusal) return refusedAs(marked);
    return { outcome: marked.changed > 0 ? 'COUNTED' : 'ALREADY_KNOWN' };
  }
}

function cameOf({ as, refusal }: ProspectOutcome): Came {
  if (refusal) return refusedAs(refusal);
  // Nothing is to be mended about it, so nothing is said of it but here.
  if (as === 'ERASED') return { outcome: 'IGNORED', message: 'The person was erased, and stays so.' };
  return { outcome: as === 'ADDED' || as === 'UPDATED' ? 'COUNTED' : 'ALREADY_KNOWN' };
}

/** Whoever made the source said that it may; no further than to the list of its client account. */
function viewerOf({ agencyId, id }: InboundSource, clientAccountId: string): Viewer {
  return {
    ...{ agencyId, role: 'MANAGER', actor: `source:${id}`, credential: credentialOf(id), expiresAt: null },
    reach: reachOfKey(clientAccountId),
  };
}
