import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** How easily a password is guessed: 0 to 4, and what could be better. */
export interface Judged {
  readonly score: number;
  readonly feedback: { readonly warning: string | null; readonly suggestions: readonly string[] };
}

/**
 * The judge reads megabytes of lists, and thinks for a part of a second: in a thread of its own, because locks are held
 * while this one waits for it.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const [{ ZxcvbnFactory }, common, english] = workerData.map((path) => require(path));
const judge = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
  translations: english.translations,
});
parentPort.on('message', ({ password, words }) => {
  const { score, feedback } = judge.check(password, words);
  parentPort.postMessage({ score, feedback });
});
`;
const LISTS = ['@zxcvbn-ts/core', '@zxcvbn-ts/language-common', '@zxcvbn-ts/language-en'];

interface Waiting {
  readonly resolve: (judged: Judged) => void;
  readonly reject: (error: unknown) => void;
}

let worker: Worker | null = null;
/** Answers come in the order of the questions. */
const waiting: Waiting[] = [];

/** `words` are what is known of the person. */
export function judge(password: string, words: readonly string[]): Promise<Judged> {
  worker ??= begin();
  const asked = worker;
  return new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    asked.postMessage({ password, words });
  });
}

/** Begun with the first question, and kept; it keeps no process from ending. */
function begin(): Worker {
  const { resolve } = createRequire(import.meta.url);
  const begun = new Worker(PROGRAM, {
    ...{ eval: true, execArgv: [], workerData: LISTS.map((name) => resolve(name)) },
  });
  begun.on('message', (judged: Judged) => waiting.shift()?.resolve(judged));
  begun.on('error', (error) => {
    worker = null;
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  // Behind its listeners: each of them would hold the process again.
  begun.unref();
  return begun;
}
