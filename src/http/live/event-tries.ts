import { createHash } from 'node:crypto';
import type { FormattedExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import { Failure } from '../../errors.js';
import type { Credentials } from '../../live/authority.js';

/** How often an event that we fail to tell breaks its stream off. Each time its client comes again a little later. */
const BREAKS_MAX = 3;
/** Events that are remembered, a few dozen bytes each. Those that were longest ago make room: nobody has come again for them. */
const KEPT_MAX = 10_000;
const RETRY_AFTER_MS = 1_000;

/** An event behind which a client can resume: it has its place among the others, so that one that is passed over is lost. */
interface Resumable {
  readonly position: unknown;
  /** What is told in its place where it can't be told at all. */
  readonly instead?: unknown;
}

/** How often streams broke off at events, in this process. */
export class EventTries {
  private readonly breaks = new LRUCache<string, number>({ max: KEPT_MAX });

  get isEmpty(): boolean {
    return this.breaks.size === 0;
  }

  /** Whether a stream is to break off at it once more. */
  mayBreak(event: string): boolean {
    const breaks = this.breaks.get(event) ?? 0;
    this.breaks.delete(event);
    if (breaks >= BREAKS_MAX) return false;
    this.breaks.set(event, breaks + 1);
    return true;
  }

  /** It went well. */
  forget(event: string): void {
    this.breaks.delete(event);
  }
}

/**
 * What one stream tells of events that fail by our own fault. Told as an error, an event would be passed over by whoever resumes
 * behind the next one. So the stream breaks off before it, and whoever comes again is told it, by another process perhaps that
 * can. But not for ever: what nobody can tell is told with its errors after a few times, or something in its place.
 */
export class StreamTries {
  /** Where one event after the other fails, the first one has shown that coming again is of no use. */
  private hasGivenUp = false;

  constructor(
    private readonly tries: EventTries,
    private readonly credentials: Credentials,
  ) {}

  /** What is told of an event. Throws INTERNAL where its stream is to break off before it. */
  async show(
    event: unknown,
    execution: (event: unknown) => Promise<FormattedExecutionResult>,
  ): Promise<FormattedExecutionResult> {
    const result = await execution(event);
    if (!isResumable(event)) return result;
    const error = result.errors?.find(({ extensions }) => extensions?.['code'] === 'INTERNAL');
    if (!error) {
      this.hasGivenUp = false;
      if (!this.tries.isEmpty) this.tries.forget(this.nameOf(event));
      return result;
    }
    if (!this.hasGivenUp && this.tries.mayBreak(this.nameOf(event))) {
      throw new Failure('INTERNAL', error.message, RETRY_AFTER_MS);
    }
    this.hasGivenUp = true;
    return isTold(result) || event.instead === undefined ? result : execution(event.instead);
  }

  /** The same event for the same caller, wherever it is told next. Its place may look another way by then. */
  private nameOf({ position: _position, instead: _instead, ...event }: Resumable): string {
    const { authorization, session } = this.credentials;
    return createHash('sha256')
      .update(JSON.stringify([authorization, session, event]))
      .digest('base64');
  }
}

function isResumable(event: unknown): event is Resumable {
  return typeof event === 'object' && event !== null && 'position' in event;
}

/** Whether anything of it is told, so that its cursor is. */
function isTold({ data }: FormattedExecutionResult): boolean {
  return Object.values(data ?? {}).some((value) => value !== null);
}
