import type { Command } from 'commander';
import { Failure, Refusal, StartError } from '../errors.js';

/** What a command has to say: as JSON, and for people. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
  /** 1 where a command did its work and found that something is wrong. */
  readonly exitCode?: 0 | 1;
}

/** Why a command did not do its work, in one line. */
export class CommandError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Runs a command's work and tells the answer; with `--json`, JSON alone is on the standard output. */
export function answering<Options extends object, Args extends unknown[]>(
  work: (options: Options, ...args: Args) => Promise<Answer>,
): (this: Command, ...given: unknown[]) => Promise<void> {
  return async function (this: Command, ...given: unknown[]): Promise<void> {
    // commander gives the arguments, then the options, then the command.
    const args = given.slice(0, -2) as Args;
    const options = this.optsWithGlobals<Options & { json?: boolean }>();
    try {
      const { json, text, exitCode = 0 } = await work(options, ...args);
      console.log(options.json ? JSON.stringify(json) : shown(text));
      process.exitCode = exitCode;
    } catch (error) {
      const { code, message } = complaintOf(error);
      if (options.json) console.log(JSON.stringify({ error: code, message }));
      console.error(shown(message));
      process.exitCode = 1;
    }
  };
}

/** What a terminal takes for a command, or turns the direction of what follows by: a table of somebody else's may hold it. */
const UNSEEN = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

function shown(text: string): string {
  return text.replace(UNSEEN, '\ufffd');
}

function complaintOf(error: unknown): { code: string; message: string } {
  if (error instanceof CommandError || error instanceof Failure)
    return { code: error.code, message: error.message };
  if (error instanceof StartError) return { code: 'NOT_STARTED', message: error.message };
  if (error instanceof Error) return { code: 'INTERNAL', message: error.stack ?? error.message };
  return { code: 'INTERNAL', message: String(error) };
}

/** What a service did, or its refusal as this command's error. */
export function done<T>(outcome: T | Refusal): T {
  if (outcome instanceof Refusal) throw new CommandError(outcome.code, outcome.message);
  return outcome;
}
