import { Failure, refuse, type Refusal } from '../../errors.js';
import { mayDo, type Permission } from '../../tenancy/roles.js';
import type { Viewer } from '../../tenancy/viewer.js';

/** A mutation's refusal where the viewer's role may not do it; null where it may. */
export function forbidden(viewer: Viewer, permission: Permission): Refusal | null {
  if (mayDo(viewer.role, permission)) return null;
  return refuse('FORBIDDEN_FOR_ROLE', `${permission} is not for the role ${viewer.role}.`);
}

/** The same for what concerns the agency as a whole: not for a viewer of a part of it either. */
export function forbiddenBeyondClientAccount(viewer: Viewer, permission: Permission): Refusal | null {
  if (viewer.reach === null) return forbidden(viewer, permission);
  return refuse('FORBIDDEN_FOR_ROLE', `${permission} is for those who see the whole agency.`);
}

/** Throws FORBIDDEN where the viewer's role may not ask this query, or sees a part of the agency only. */
export function requireWhole(viewer: Viewer, permission: Permission): void {
  requirePermission(viewer, permission);
  if (viewer.reach !== null) {
    throw new Failure('FORBIDDEN', `${permission} is for those who see the whole agency.`);
  }
}

/** Throws FORBIDDEN where the viewer's role may not ask this query. */
export function requirePermission(viewer: Viewer, permission: Permission): void {
  if (!mayDo(viewer.role, permission)) {
    throw new Failure('FORBIDDEN', `${permission} is not for the role ${viewer.role}.`);
  }
}
