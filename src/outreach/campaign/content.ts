/** What a client approves, as it is kept and compared: nothing else of a campaign is part of it, and nothing of it is left out. */
import type { Action, WindowKind } from '../../quota/words.js';
import type { Definition } from './steps.js';

/** A limit of the campaign's own. */
export interface Cap {
  readonly actions: readonly Action[];
  readonly onlyWithNote: boolean;
  readonly windowKind: WindowKind;
  readonly windowSeconds: number | null;
  readonly max: number;
}

export interface ApprovedContent {
  readonly v: 1;
  readonly audience: {
    readonly segmentId: string | null;
    /** What the segment said: another filter is another audience. Not there without a segment. */
    readonly filter?: object | null;
    readonly tags: readonly string[] | null;
  };
  readonly definition: Definition;
  readonly caps: readonly Cap[];
  readonly startsOn: string | null;
  readonly endsOn: string | null;
}

/** One spelling for each content: the order of names, and of caps, makes no difference. */
export function spelled(content: ApprovedContent): string {
  return spelledAs({ ...content, caps: content.caps.map(spelledAs).toSorted() });
}

/** One spelling for whatever has the same names and values. */
export function spelledAs(value: object): string {
  return JSON.stringify(inOrder(value));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, inOrder(inner)]),
  );
}
