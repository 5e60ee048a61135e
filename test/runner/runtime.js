import asyncHooks from 'node:async_hooks';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import Runtime from 'jest-runtime';
import { bundleOf, hasSrcOfItsOwn } from './bundle.js';

const require = createRequire(import.meta.url);

/**
 * How jest loads: by Node itself. A test file's own module is evaluated for it alone, with all helpers that it imports;
 * the product's modules and the packages are loaded by the first file of a worker that imports them, and stay.
 */
export default class NodeRuntime extends Runtime {
  #ofJest = [];
  #types = globalThis.TypeGraphQLMetadataStorage;

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    globalThis.jest = this.jestGlobals.jestObjectFor(path);
    if (hasSrcOfItsOwn(path)) globalThis.TypeGraphQLMetadataStorage = undefined;
    await import(pathToFileURL(bundleOf(path)).href);
  }

  /** What makes `it` and `expect` and collects the results: begun anew for each file, as it keeps them in variables. */
  requireInternalModule(path) {
    const before = new Set(Object.getOwnPropertySymbols(globalThis));
    delete require.cache[path];
    const loaded = withStorageInTurn(() => require(path));
    this.#ofJest = Object.getOwnPropertySymbols(globalThis).filter((symbol) => !before.has(symbol));
    return loaded;
  }

  teardown() {
    super.teardown();
    if (hasSrcOfItsOwn(this._testPath)) globalThis.TypeGraphQLMetadataStorage = this.#types;
    // What can't be deleted is expect's own, which stays loaded as any package does.
    for (const symbol of this.#ofJest) Reflect.deleteProperty(globalThis, symbol);
  }

  /** The process keeps its own. */
  installGetBuiltinModule() {}
}

/**
 * jest keeps in an AsyncLocalStorage which test is running. Where there is one in use, Node hooks each promise of the process, the
 * server's too, for as long as it lives. A file's tests run one after another (none is `concurrent`): so a variable will do.
 */
function withStorageInTurn(load) {
  const { AsyncLocalStorage } = asyncHooks;
  asyncHooks.AsyncLocalStorage = StorageInTurn;
  try {
    return load();
  } finally {
    asyncHooks.AsyncLocalStorage = AsyncLocalStorage;
  }
}

class StorageInTurn {
  #store;

  getStore() {
    return this.#store;
  }

  async run(store, work) {
    const before = this.#store;
    this.#store = store;
    try {
      return await work();
    } finally {
      this.#store = before;
    }
  }
}
