import { createTransport, type Transporter } from 'nodemailer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import SMTPTransport from 'nodemailer/lib/smtp-transport';
import { isLoopbackAddress } from '../../egress/addresses.js';

/** How long a mail server may take to answer. */
const MAIL_TIMEOUT_MS = 20_000;

/** All of its answers to one letter together: one may come in pieces, each of them in time, and never end. */
const TIMEOUTS_OF_LETTER = 3;

/** What nodemailer tells of a letter that is given up. */
const ABORTED = 'EABORT';

/** Why a letter is given up before its time. */
export const PROCESS_ENDS = 'the process ends';

/**
 * Hands a letter over, until it is given up for now: after its time, whatever the mail server still says, or once `ending` is aborted. By
 * a timer of its own, as Node forgets what is left of a time-out within AbortSignal.any() when it tidies up its memory.
 */
export async function untilGivenUp<T>(
  hand: (givenUp: AbortSignal) => Promise<T>,
  timeoutMs = MAIL_TIMEOUT_MS,
  ending?: AbortSignal,
): Promise<T> {
  const letter = new AbortController();
  const giveUp = (): void => letter.abort(ending?.reason);
  const timer = setTimeout(giveUp, TIMEOUTS_OF_LETTER * timeoutMs);
  ending?.addEventListener('abort', giveUp);
  if (ending?.aborted) giveUp();
  try {
    return await hand(letter.signal);
  } finally {
    clearTimeout(timer);
    ending?.removeEventListener('abort', giveUp);
  }
}

/** What letters are handed over to. */
export function mailTransport(smtpUrl: string, timeoutMs = MAIL_TIMEOUT_MS): Transporter {
  return createTransport(settingsOf(smtpUrl, timeoutMs));
}

function settingsOf(smtpUrl: string, timeoutMs: number): SMTPTransport.Options {
  return {
    url: smtpUrl,
    requireTLS: needsTls(smtpUrl),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    // Not one that is left to the mail server to end, beside that of the next letter.
    socketCloseTimeout: 0,
  };
}

/** Greets a mail server, and signs in there, as for a letter. Throws what is wrong, in words. */
export async function greetMailServer(smtpUrl: string, timeoutMs = MAIL_TIMEOUT_MS): Promise<void> {
  const { options, auth } = new SMTPTransport(settingsOf(smtpUrl, timeoutMs));
  // A connection of its own: that of a transport's verify() would keep the process for as long as the mail server goes on answering.
  const connection = new SMTPConnection(options);
  try {
    await untilGivenUp((givenUp) => greeted(connection, auth, givenUp), timeoutMs);
  } catch (error) {
    throw new Error(`it takes no letters: ${mailProblem(error)}.`, { cause: error });
  } finally {
    connection.close();
  }
}

/** Once a letter could be handed over. */
function greeted(connection: SMTPConnection, auth: SMTPTransport['auth'], ends: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => (error ? reject(error) : resolve());
    const fail = (code: string) => () => reject(Object.assign(new Error(), { code }));
    ends.addEventListener('abort', fail(ABORTED));
    connection.on('error', reject).on('end', fail('ECONNECTION'));
    connection.connect((error) => {
      if (error || !auth || !connection.allowsAuth) done(error);
      else connection.login(auth, done);
    });
  });
}

/** A password is shown to no mail server elsewhere in the clear, whoever between the two says that it takes no TLS. */
export function needsTls(smtpUrl: string): boolean {
  const { username, hostname } = new URL(smtpUrl);
  return username !== '' && hostname !== 'localhost' && !isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''));
}

/** What nodemailer tells of what went wrong. */
interface MailProblem {
  /** EENVELOPE, EMESSAGE, ECONNECTION and the like. */
  readonly code?: string;
  /** The command of SMTP that was answered, or CONN. */
  readonly command?: string;
  readonly responseCode?: number;
  /** What the mail server said, which stands in the message too. */
  readonly response?: string;
  readonly message?: string;
  /** Why it was given up. */
  readonly cause?: unknown;
}

/** Of the connection, before anything was said on it of a letter. */
const OF_CONNECTION: ReadonlySet<string | undefined> = new Set(['CONN', 'STARTTLS']);

/**
 * What kept a letter from being sent, without what the mail server said: that names the member's address, and may quote the letter,
 * with the link in it. What the network and TLS say names nobody: a certificate that isn't trusted is told in their words.
 */
export function mailProblem(error: unknown): string {
  const { code, command, responseCode, response, message, cause } = error as MailProblem;
  if (code === ABORTED && cause === PROCESS_ENDS) return 'it was not done when this process ended';
  if (code === ABORTED) return 'it went on answering without an end';
  const isTheirs = response === undefined && OF_CONNECTION.has(command);
  return [code, command, responseCode, isTheirs ? message : undefined]
    .filter((part) => part !== undefined)
    .join(', ');
}
