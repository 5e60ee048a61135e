import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

it('what fails and nobody waits for is told in the log, and ends no server', async () => {
  const server = pathToFileURL('dist/src/server.js').href;
  const program = `const { hearForgotten } = await import('${server}');
    hearForgotten({ logLevel: 'error' });
    void Promise.reject(new Error('the row that is forgotten'));
    setTimeout(() => console.log('still there'), 50);`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const [told = '', ...more] = stdout.trim().split('\n');
  expect(JSON.parse(told)).toMatchObject({
    ...{ level: 50, msg: 'nobody waited for what failed' },
    err: { type: 'Error', message: 'the row that is forgotten' },
  });
  expect(more).toEqual(['still there']);
});
