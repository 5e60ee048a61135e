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

  /** Marks whom somebody has to leave alone, and answers what came of those events. */
  async leaveAlone(source: InboundSource, events: readonly ToolEvent[]): Promise<Map<ToolEvent, Came>> {
    const came = new Map<ToolEvent, Came>();
    const { clientAccountId } = source;
    // No other source is added with such events.
    if (clientAccountId === null) return came;
    const viewer = viewerOf(source, clientAccountId);
    for (const { event, read } of peopleIn(events, 'DO_NOT_CONTACT'))
      came.set(event, await this.mark(viewer, clientAccountId, read));
    return came;
  }

  /**
   * Puts people on the list, and answers what came of those events. What a tool says takes the place of what a list said; what a person
   * set by hand stays.
   */
  async list(source: InboundSource, events: readonly ToolEvent[]): Promise<Map<ToolEvent, Came>> {
    const { clientAccountId, mapping } = source;
    const listed = peopleIn(events, 'LISTED');
    if (clientAccountId === null || listed.length === 0) return new Map();
    const prospects = listed.map(({ read: { profileUrl, fields, customFields } }) => ({
      ...fields,
      profileUrl,
      tags: mapping?.tags ?? [],
      customFields: Object.entries(customFields).map(([name, value]) => ({ name, value })),
    }));
    const added = await this.parts.prospects.addProspects(viewerOf(source, clientAccountId), {
      clientAccountId,
      prospects,
      replace: true,
    });
    const came = added instanceof Refusal ? listed.map(() => refusedAs(added)) : added.map(cameOf);
    return new Map(listed.map(({ event }, index) => [event, came[index]!]));
  }

  private async mark(viewer: Viewer, clientAccountId: string, { profileUrl }: PersonEvent): Promise<Came> {
    const marked = await this.parts.doNotContact.add(viewer, { profileUrl, clientAccountId });
    if (marked instanceof Refusal) return refusedAs(marked);
    return { outcome: marked.changed > 0 ? 'COUNTED' : 'ALREADY_KNOWN' };
  }
}

function peopleIn(events: readonly ToolEvent[], change: PersonEvent['change']): OfPerson[] {
  return events.flatMap((event) =>
    event.read.kind === 'PERSON' && event.read.change === change ? [{ event, read: event.read }] : [],
  );
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
