import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** All addresses of a name, none where it has none. Throws what kept it from being found out. */
export type NameLookup = (name: string) => Promise<readonly string[]>;

export interface NameLookupOptions {
  readonly hostsFile?: string;
  /** Who is asked, where it is not who the system asks. */
  readonly servers?: readonly string[];
}

const HOSTS_FILE = '/etc/hosts';
const TIMEOUT_MS = 2_000;
const TRIES = 2;

/**
 * Looks names up that somebody else wrote. Not by the system's own call: that one takes a thread of the few that a process has
 * for files and passwords too, for as long as the name's server likes, so that a few slow names hold up everything. What the
 * system's call knows besides is looked at here: this machine's own name, and the hosts file.
 */
export function nameLookup({ hostsFile = HOSTS_FILE, servers }: NameLookupOptions = {}): NameLookup {
  return async (name) => {
    const wanted = name.toLowerCase().replace(/\.$/, '');
    const near = hostsOf(await readFile(hostsFile, 'utf8').catch(() => ''), wanted);
    if (near.length > 0) return near;
    if (wanted === 'localhost' || wanted.endsWith('.localhost')) return ['127.0.0.1', '::1'];
    // Anew each time: whom the system asks may have changed.
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
    if (servers) resolver.setServers(servers);
    const answers = await Promise.allSettled([resolver.resolve4(wanted), resolver.resolve6(wanted)]);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const [failed] = answers.filter((answer) => answer.status === 'rejected');
    if (found.length === 0 && failed) throw failed.reason;
    return found;
  };
}

function hostsOf(text: string, wanted: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    return isIP(address) !== 0 && names.some((name) => name.toLowerCase() === wanted) ? [address] : [];
  });
}
