/**
 * What this browser keeps between visits. Runs before the bundle, which reads the address and its storage when it loads.
 */

const TABS = 'graphql-playground';
/** Marks the stored tabs as made by this page. Another number makes all browsers start with the examples once more. */
const MARK = 'headroom-playground';
const MARK_VERSION = '1';
const KEY = 'headroom-api-key';

// The bundle would take an endpoint, headers, queries and a token from the address: a link decides nothing here.
history.replaceState(null, '', location.pathname);

/** Whether the tabs of the last visit are there, and the page's own; otherwise the examples are due. */
export const tabsAreKept = hasOwnTabs();
// Tabs of another product that was served at this address, or of a page that failed.
if (!tabsAreKept) localStorage.removeItem(TABS);

keepKeysOut();

export function markTabs() {
  localStorage.setItem(MARK, MARK_VERSION);
}

/** The next load starts with the examples. */
export function forgetTabs() {
  localStorage.removeItem(MARK);
}

/** The key lives as long as the browser's tab. */
export const readKey = () => sessionStorage.getItem(KEY) ?? '';
export const writeKey = (key) => sessionStorage.setItem(KEY, key);

function hasOwnTabs() {
  try {
    const { workspaces, selectedWorkspace } = JSON.parse(localStorage.getItem(TABS));
    const tabs = Object.keys(workspaces[selectedWorkspace].sessions.sessions);
    return localStorage.getItem(MARK) === MARK_VERSION && tabs.length > 0;
  } catch {
    return false;
  }
}

/**
 * Playground writes tabs, headers and answers into localStorage, where they stay for good: no key may be among them,
 * neither one from the headers pane nor one that createApiKey has just shown for the only time.
 */
function keepKeysOut() {
  const setItem = Storage.prototype.setItem;
  Storage.prototype.setItem = function (name, value) {
    if (this !== localStorage) return setItem.call(this, name, value);
    try {
      setItem.call(this, name, String(value).replaceAll(/hr_live_[\w-]+/g, 'hr_live_…'));
    } catch {
      // The storage is full: then the tabs aren't kept, and the page goes on.
    }
  };
}
