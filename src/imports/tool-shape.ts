/** How the events of a tool are written, as data: where in an event stands what, and what each of its types means. */

/** A place in an event: names of fields, or numbers of list entries, with dots between them. */
export type Path = string;

export type ToolAction =
  | 'CONNECTION_REQUEST'
  | 'DIRECT_MESSAGE'
  | 'INMAIL'
  | 'OPEN_PROFILE_MESSAGE'
  | 'GROUP_MESSAGE'
  | 'PROFILE_VIEW'
  | 'REACTION'
  | 'COMMENT'
  | 'FOLLOW'
  | 'INVITATION_WITHDRAWAL';

export type ToolEngagement =
  | 'INVITATION_ACCEPTED'
  | 'INVITATION_DECLINED'
  | 'INVITATION_WITHDRAWN'
  | 'REPLIED'
  | 'INMAIL_ACCEPTED'
  | 'INMAIL_DECLINED'
  | 'OPTED_OUT';

/** What is to become of a person: on the list of the client account, or left alone by it. */
export type PersonChange = 'LISTED' | 'DO_NOT_CONTACT';

/** What an event says: something was sent, somebody answered, who somebody is, or nothing that is counted. */
export type Meaning =
  | { readonly kind: 'ACTIVITY'; readonly action: ToolAction }
  | { readonly kind: 'ENGAGEMENT'; readonly engagement: ToolEngagement }
  | { readonly kind: 'PERSON'; readonly change: PersonChange }
  | { readonly kind: 'IGNORED' };

/** What a field of an event says of its person; the name of a custom one is the list's own. */
export interface PersonField {
  readonly path: Path;
  readonly field: string;
  readonly isCustom: boolean;
}

/** What has to be so for a reading to be the one. */
export type Condition =
  | { readonly path: Path; readonly is: readonly string[]; readonly not?: boolean }
  | { readonly path: Path; readonly sameAs: Path; readonly not?: boolean };

/** One way to read an event of a type; `person` where it differs from the tool's usual places. */
export interface Reading {
  readonly means: Meaning;
  readonly when?: readonly Condition[];
  readonly person?: readonly Path[];
  readonly at?: readonly Path[];
}

/** Of several places the first that holds something counts. */
export interface ToolShape {
  /** Where in a body its events stand; where nothing is said, the body is an event, or a list of them. */
  readonly list?: Path;
  readonly type: readonly Path[];
  /** What every event is, where none says it. */
  readonly typeOfAll?: string;
  /** The event's own id; where it has none, all of it is its own. */
  readonly id: readonly Path[];
  /** When it happened; where the tool tells no time, it is when the event came in. */
  readonly at: readonly Path[];
  /** The address of the person's profile. */
  readonly person: readonly Path[];
  /** Who sent: the tool's own id of the account, and the address of its profile. */
  readonly senderId: readonly Path[];
  readonly senderUrl: readonly Path[];
  readonly fields?: readonly PersonField[];
  /** By the type of the event, in upper case; of several readings the first whose conditions hold. */
  readonly events: Readonly<Record<string, readonly Reading[]>>;
}

/** Where a shape is from, and how well it is known. */
export interface ShapeSource {
  readonly source: string;
  readonly sourceUrl: string;
  readonly confidence: 'HIGH' | 'MEDIUM' | 'LOW';
  readonly checkedOn: string;
}

export type SourcedShape = ToolShape & { readonly sources: readonly ShapeSource[] };

export const did = (action: ToolAction): Meaning => ({ kind: 'ACTIVITY', action });
export const answered = (engagement: ToolEngagement): Meaning => ({ kind: 'ENGAGEMENT', engagement });
export const isToBe = (change: PersonChange): Meaning => ({ kind: 'PERSON', change });
export const IGNORED: Meaning = { kind: 'IGNORED' };
