import { createTransport, type Transporter } from 'nodemailer';
import { isLoopbackAddress } from '../../egress/addresses.js';

/** How long a mail server may take to answer. */
const MAIL_TIMEOUT_MS = 20_000;

/** All of its answers to one letter together: one may come in pieces, each of them in time, and never end. */
const TIMEOUTS_OF_LETTER = 3;

/** What nodemailer tells of a letter that is given up. */
const ABORTED = 'EABORT';

/** When a letter is given up for now, whatever the mail server still says. */
export function endOfLetter(timeoutMs = MAIL_TIMEOUT_MS): AbortSignal {
  return AbortSignal.timeout(TIMEOUTS_OF_LETTER * timeoutMs);
}

/** What letters are handed over to. */
export function mailTransport(smtpUrl: string, timeoutMs = MAIL_TIMEOUT_MS): Transporter {
  return createTransport({
    url: smtpUrl,
    requireTLS: needsTls(smtpUrl),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
  });
}

/** Greets a mail server, and signs in there, as for a letter. Throws what is wrong, in words. */
export async function greetMailServer(smtpUrl: string, timeoutMs = MAIL_TIMEOUT_MS): Promise<void> {
  const transport = mailTransport(smtpUrl, timeoutMs);
  try {
    const ends = endOfLetter(timeoutMs);
    const ended = new Promise<never>((_, reject) => {
      ends.addEventListener('abort', () => reject(Object.assign(new Error(), { code: ABORTED })));
    });
    await Promise.race([transport.verify(), ended]);
  } catch (error) {
    throw new Error(`it takes no letters: ${mailProblem(error)}.`, { cause: error });
  } finally {
    transport.close();
  }
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
}

/** Of the connection, before anything was said on it of a letter. */
const OF_CONNECTION: ReadonlySet<string | undefined> = new Set(['CONN', 'STARTTLS']);

/**
 * What kept a letter from being sent, without what the mail server said: that names the member's address, and may quote the letter,
 * with the link in it. What the network and TLS say names nobody: a certificate that isn't trusted is told in their words.
 */
export function mailProblem(error: unknown): string {
  const { code, command, responseCode, response, message } = error as MailProblem;
  if (code === ABORTED) return 'it went on answering without an end';
  const isTheirs = response === undefined && OF_CONNECTION.has(command);
  return [code, command, responseCode, isTheirs ? message : undefined]
    .filter((part) => part !== undefined)
    .join(', ');
}
