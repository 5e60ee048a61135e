import type { Role } from '../quota/words.js';

/** Who is asking. The first parameter of every service method. */
export interface Viewer {
  readonly agencyId: string;
  readonly role: Role;
  /** Set where the viewer sees one client account only. */
  readonly clientAccountId: string | null;
  /** As kept with what was done: `key:<uuid>`, `system:<what>`. */
  readonly actor: string;
  /** The key that was shown; null for work of the system itself, which the command line alone does. */
  readonly keyId: string | null;
  /** Epoch milliseconds after which this authority is none; null where it has no end. */
  readonly expiresAt: number | null;
}

/** The command line's own authority over an agency: it reads the database itself. */
export function systemViewer(agencyId: string, what: string): Viewer {
  return {
    agencyId,
    role: 'OWNER',
    clientAccountId: null,
    actor: `system:${what}`,
    keyId: null,
    expiresAt: null,
  };
}
