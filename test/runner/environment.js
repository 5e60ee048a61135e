import { ModuleMocker } from 'jest-mock';

/**
 * The world of a test file: the process itself, as Node makes it. Jest's own environment is a second global object behind a
 * Proxy, in which each `Map` and `Math` of a loop is looked up through three layers, and all modules are compiled anew.
 */
export default class ProcessEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern = null;
  #before = {
    console: globalThis.console,
    exit: process.exit,
    exitCode: process.exitCode,
    environment: { ...process.env },
  };

  async setup() {}

  /** What jest or a test file changed of the process is no later file's. */
  async teardown() {
    const { console, exit, exitCode, environment } = this.#before;
    globalThis.console = console;
    process.exit = exit;
    process.exitCode = exitCode;
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
  }

  /** None besides the process's own. */
  getVmContext() {
    return null;
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }
}
