/**
 * Asks a GraphQL server over HTTP, as a process of its own, so that no server shares its event loop with its callers.
 * Gets what to ask as one message, and answers with its figures.
 */
import { Agent, request } from 'node:http';
import { filledIn, type Asked } from './http-asked.js';
import { closedLoop, pick, type Figures, type Load } from './measure.js';

export interface HttpLoad extends Load {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** What each answer has in it. */
  readonly expected: string;
}

export type LoadAnswer = { readonly figures: Figures } | { readonly failure: string };

async function run({ url, asked, expected, ...load }: HttpLoad): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.inFlight });
  try {
    return await closedLoop(async (timed) => {
      const { authorization, body } = pick(asked);
      const answer = await timed(post(agent, url, authorization, filledIn(body)));
      if (!answer.includes(expected)) throw new Error(`Unexpected: ${answer.slice(0, 300)}`);
    }, load);
  } finally {
    agent.destroy();
  }
}

function post(agent: Agent, url: string, authorization: string | null, body: string): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(authorization !== null && { authorization }),
  };
  return new Promise((resolve, reject) => {
    const asking = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

process.on('message', (load: HttpLoad) => {
  const answer = (told: LoadAnswer): void => {
    process.send?.(told);
  };
  run(load).then(
    (figures) => answer({ figures }),
    (error: unknown) => answer({ failure: String(error) }),
  );
});
