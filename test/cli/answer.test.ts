import { Command } from 'commander';
import { answering, CommandError } from '../../src/cli/answer.js';
import { runHere } from './running.js';

const HOSTILE = 'a\u001b]0;title\u0007b\u009b2Jc\rd\u202ee\u2066f';
const SHOWN = 'a\ufffd]0;title\ufffdb\ufffd2Jc\ufffdd\ufffde\ufffdf';

it.each(['text', 'complaint'])('says nothing that a terminal takes for a command: %s', async (kind) => {
  const work = (): Promise<{ json: unknown; text: string }> => {
    if (kind === 'complaint') throw new CommandError('INVALID', `${HOSTILE}\n  á👋`);
    return Promise.resolve({ json: { told: HOSTILE }, text: `${HOSTILE}\n  á👋` });
  };
  const ran = await runHere({}, new Command('any').action(answering(work)));
  expect(ran.stdout + ran.stderr).toBe(`${SHOWN}\n  á👋\n`);
});

it('keeps what it says as JSON as it is', async () => {
  const work = () => Promise.resolve({ json: { told: HOSTILE }, text: '' });
  const command = new Command('any').option('--json').action(answering(work));
  expect(JSON.parse((await runHere({}, command, '--json')).stdout)).toEqual({ told: HOSTILE });
});
