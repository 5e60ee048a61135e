import { setTimeout as pause } from 'node:timers/promises';
import type { Transporter } from 'nodemailer';
import type { DataSource } from 'typeorm';
import { clockOf } from '../../tenancy/clock.js';
import { byItself, inAgencies, inAgency } from '../../tenancy/door.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { Turns } from '../../tenancy/turns.js';
import { pagesOfAgencies } from '../every-agency.js';
import { letterOf } from './letter-words.js';
import { isOfNow, type LetterKind } from './letters.js';
import { isLetterOf } from './links.js';
import { mailProblem, mailTransport, PROCESS_ENDS, untilGivenUp } from './mail-server.js';

/** How often letters that could not be sent are looked for. */
const LOOK_EVERY_MS = 60_000;
/** The first time after a failure; each next one waits twice as long. */
const RETRY_AFTER_MS = 60_000;
/** Then it is given up, after eight and a half hours. */
const TRIES_MAX = 10;
/** Agencies whose letters are sent at once, one of each. Exchange Online takes no more than three connections of one mailbox. */
export const TURNS_AT_ONCE = 3;
/** Of one agency, before those of another one have their turn. */
const LETTERS_AT_ONCE = 20;
/** How long a turn goes on to its next letter: a mail server may take each, and take its time. */
const TURN_MS = 5_000;
/** Each agency waits for one turn alone. */
const WAITS = { waitingMax: Infinity, tooMany: '' };
/** Longer than a mail server takes over one letter: whoever claimed it is sending it still, or died over it. */
const CLAIMED_MS = 600_000;
/** How often it is tried to put down that a mail server took a letter, while there is no database to write so. */
const FINISH_AGAIN_MS = 1_000;
/** How long a letter that is on its way keeps the process from ending. */
const CLOSE_MS = 5_000;
/** Then it is given up, and put off, while there is a database to write so. */
const PUT_OFF_MS = 2_000;

/**
 * Whom a letter with a question is to: nobody once its link can't be answered, as another address was set, it was asked again, the
 * campaign has other steps or has ended.
 */
const APPROVER_EMAIL = `SELECT c.approver_email FROM campaign_approval q
  JOIN campaign g ON g.agency_id = q.agency_id AND g.id = q.campaign_id
  JOIN client_account c ON c.agency_id = g.agency_id AND c.id = g.client_account_id
  WHERE q.agency_id = l.agency_id AND q.id = l.approval_id AND ${isOfNow('c', 'q')}
    AND g.status NOT IN ('COMPLETED', 'ARCHIVED') AND q.version IN (g.draft_version, g.version)
    AND NOT EXISTS (SELECT FROM campaign_approval n
      WHERE n.agency_id = q.agency_id AND n.campaign_id = q.campaign_id AND n.id > q.id)`;

export interface PostmanOptions {
  readonly smtpUrl: string;
  readonly from: string;
  readonly sealer: Sealer;
  readonly addressOf: (kind: LetterKind, token: string) => string;
  readonly onFailure: (error: unknown) => void;
  readonly timeoutMs?: number;
  readonly clock?: () => number;
}

interface Claimed {
  readonly id: string;
  readonly kind: LetterKind;
  readonly sealed_token: Buffer;
  readonly tries: number;
  readonly email: string | null;
  readonly agency: string;
}

/**
 * Sends the letters that wait. A letter is claimed before it is sent: several processes may be at it, and none sends what
 * another is sending. One that is lost between the two, with its process, is sent again ten minutes later.
 */
export class Postman {
  private readonly transport: Transporter;
  private readonly clock: () => number;
  private readonly timer: NodeJS.Timeout;
  /** Agencies whose turn is still to come. */
  private readonly woken = new Set<string>();
  /** Turns that are under way, or to come. */
  private readonly begun = new Set<Promise<void>>();
  /** Of an agency one, so that whoever is woken in its turn comes behind all who are woken before its end. */
  private readonly ofAgency = new Turns(1, WAITS);
  private readonly ofAll = new Turns(TURNS_AT_ONCE, WAITS);
  private isClosed = false;
  /** Gives up what is on its way. */
  private readonly ending = new AbortController();

  constructor(
    private readonly dataSource: DataSource,
    private readonly options: PostmanOptions,
  ) {
    const { smtpUrl, timeoutMs, clock = () => performance.now() } = options;
    this.transport = mailTransport(smtpUrl, timeoutMs);
    this.clock = clock;
    this.timer = setInterval(() => void this.lookEverywhere(), LOOK_EVERY_MS).unref();
  }

  /** Sends what waits in an agency, when its turn comes. */
  wake(agencyId: string): void {
    if (this.woken.has(agencyId)) return;
    this.woken.add(agencyId);
    this.begin(() =>
      this.inTurn(agencyId, () => {
        this.woken.delete(agencyId);
        return this.sendSome(agencyId).catch(this.options.onFailure);
      }),
    );
  }

  /** Work that the end waits for. */
  private begin(work: () => Promise<void>): void {
    const begun = work().catch(this.options.onFailure);
    this.begun.add(begun);
    void begun.finally(() => this.begun.delete(begun));
  }

  private inTurn(agencyId: string, work: () => Promise<void>): Promise<void> {
    return this.ofAgency.run(agencyId, () => this.ofAll.run('', work, agencyId));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    const work = Promise.all(this.begun);
    await Promise.race([work, pause(CLOSE_MS, undefined, { ref: false })]);
    // Closing the transport would end nothing that is under way.
    this.ending.abort(PROCESS_ENDS);
    await Promise.race([work, pause(PUT_OFF_MS, undefined, { ref: false })]);
    this.transport.close();
  }

  private async lookEverywhere(): Promise<void> {
    try {
      for await (const agencyIds of pagesOfAgencies(this.dataSource)) {
        if (this.isClosed) return;
        for (const agencyId of await this.waiting(agencyIds)) this.wake(agencyId);
      }
    } catch (error) {
      this.options.onFailure(error);
    }
  }

  /** Of some agencies those that have a letter to be sent. */
  private waiting(agencyIds: readonly string[]): Promise<string[]> {
    return inAgencies(this.dataSource, agencyIds, async (manager) => {
      const found = await manager.query<{ id: string }[]>(
        'SELECT DISTINCT agency_id AS id FROM letter WHERE agency_id = ANY ($1::uuid[]) AND next_try_at <= $2',
        [agencyIds, await clockOf(manager)],
      );
      return found.map(({ id }) => id);
    });
  }

  private async sendSome(agencyId: string): Promise<void> {
    const endsAt = this.clock() + TURN_MS;
    for (let sent = 0; sent < LETTERS_AT_ONCE; sent += 1) {
      const letter = this.isClosed ? null : await this.claim(agencyId);
      if (!letter) return;
      // Behind one that isn't taken, as behind slow ones, others come first.
      if (!(await this.send(agencyId, letter)) || this.clock() >= endsAt) break;
    }
    // More may wait: behind what others have.
    this.wake(agencyId);
  }

  /**
   * The next one, which nobody else sends meanwhile: they are claimed one at a time, for a mail server may be slow. First those that
   * somebody waits for who can't sign in. Without an address where it would be to nobody any more, or bring a link that has ended.
   */
  private claim(agencyId: string): Promise<Claimed | null> {
    return inAgency(this.dataSource, byItself(agencyId), async (manager) => {
      const at = await clockOf(manager);
      const [[claimed]] = await manager.query<[Claimed[], number]>(
        `UPDATE letter l SET tries = l.tries + 1, next_try_at = $2 + ${CLAIMED_MS}
         FROM agency a WHERE l.agency_id = $1 AND l.next_try_at <= $2 AND a.agency_id = l.agency_id AND l.id = (
           SELECT id FROM letter WHERE agency_id = $1 AND next_try_at <= $2
           ORDER BY kind <> 'PASSWORD', next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING l.id, l.kind, l.sealed_token, l.tries, a.name AS agency, CASE
           WHEN EXISTS (SELECT FROM member_link k WHERE ${isLetterOf('l', 'k')} AND (k.ended_at IS NOT NULL OR k.expires_at <= $2)) THEN NULL
           WHEN l.member_id IS NOT NULL THEN (SELECT m.email FROM member m WHERE m.agency_id = l.agency_id AND m.id = l.member_id)
           ELSE (${APPROVER_EMAIL}) END AS email`,
        [agencyId, at],
      );
      return claimed ?? null;
    });
  }

  /** Answers whether it is sent, or to nobody any more: not where it could not be sent, whether it is tried again or given up. */
  private async send(agencyId: string, letter: Claimed): Promise<boolean> {
    const claimedUntil = this.clock() + CLAIMED_MS;
    try {
      if (letter.email !== null) await this.handOver(agencyId, letter, letter.email);
    } catch (error) {
      this.options.onFailure(error);
      if (letter.tries >= TRIES_MAX) await this.finish(agencyId, letter.id, false);
      else await this.putOff(agencyId, letter);
      return false;
    }
    await this.finish(agencyId, letter.id, letter.email !== null).catch(() =>
      this.begin(() => this.finishClaimed(agencyId, letter, claimedUntil)),
    );
    return true;
  }

  private async handOver(agencyId: string, letter: Claimed, address: string): Promise<void> {
    const { sealer, addressOf, from, timeoutMs } = this.options;
    const token = sealer.open('LETTER', [agencyId, letter.id], letter.sealed_token);
    const words = letterOf(letter.kind, letter.agency, addressOf(letter.kind, token));
    const to = { name: '', address };
    // Its own, so that one which is sent again, though a mail server took it, is known to be a copy.
    const messageId = `<${letter.id}@${domainOf(from)}>`;
    await untilGivenUp(
      (signal) => this.transport.sendMail({ from, to, messageId, ...words, signal }),
      timeoutMs,
      this.ending.signal,
    ).catch((error: unknown) => {
      throw new Error(`The mail server did not take a letter: ${mailProblem(error)}.`);
    });
  }

  /**
   * As the database may be away, for as long as nobody else may claim the letter: it would come twice. Others have their turns
   * meanwhile.
   */
  private async finishClaimed(agencyId: string, { id, email }: Claimed, claimedUntil: number): Promise<void> {
    for (;;) {
      await pause(FINISH_AGAIN_MS, undefined, { ref: false, signal: this.ending.signal }).catch(
        () => undefined,
      );
      try {
        return await this.finish(agencyId, id, email !== null);
      } catch (error) {
        if (this.ending.signal.aborted || this.clock() >= claimedUntil) throw error;
      }
    }
  }

  private putOff(agencyId: string, { id, tries }: Claimed): Promise<void> {
    return inAgency(this.dataSource, byItself(agencyId), async (manager) => {
      const nextTryAt = (await clockOf(manager)) + RETRY_AFTER_MS * 2 ** (tries - 1);
      await manager.query('UPDATE letter SET next_try_at = $3 WHERE agency_id = $1 AND id = $2', [
        ...[agencyId, id, nextTryAt],
      ]);
    });
  }

  /** The token is kept no longer than it is needed. */
  private finish(agencyId: string, id: string, isSent: boolean): Promise<void> {
    return inAgency(this.dataSource, byItself(agencyId), async (manager) => {
      const sentAt = isSent ? await clockOf(manager) : null;
      await manager.query(
        `UPDATE letter SET sealed_token = NULL, next_try_at = NULL, sent_at = $3
         WHERE agency_id = $1 AND id = $2`,
        [agencyId, id, sentAt],
      );
    });
  }
}

/** Of an address that may stand behind a name: `Headroom <headroom@localhost>`. */
function domainOf(from: string): string {
  return /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
}
