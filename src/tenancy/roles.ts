import { ROLES, type Role } from '../quota/words.js';

/**
 * Who may do what: the one table. Every mutation is in it, and the queries that are not for all; of the rest every role
 * may read what it sees. docs/roles.md is made from it.
 */
const FROM_OPERATOR = ['OWNER', 'ADMIN', 'MANAGER', 'OPERATOR'] as const;
const FROM_MANAGER = ['OWNER', 'ADMIN', 'MANAGER'] as const;
const FROM_ADMIN = ['OWNER', 'ADMIN'] as const;

export const PERMISSIONS = {
  createPlan: FROM_ADMIN,
  updatePlan: FROM_ADMIN,
  createClientAccount: FROM_ADMIN,
  updateClientAccount: FROM_ADMIN,
  addSeat: FROM_ADMIN,
  addSeats: FROM_ADMIN,
  updateSeat: FROM_MANAGER,
  pauseSeat: FROM_MANAGER,
  resumeSeat: FROM_MANAGER,
  moveSeat: FROM_ADMIN,
  removeSeat: FROM_ADMIN,
  restoreSeat: FROM_ADMIN,
  createHolderLink: FROM_MANAGER,
  setCredits: FROM_MANAGER,
  declareOutsideUse: FROM_MANAGER,
  setDaysOff: FROM_MANAGER,
  reportRestriction: FROM_OPERATOR,
  liftRestriction: FROM_MANAGER,
  setLimit: FROM_ADMIN,
  removeLimit: FROM_ADMIN,
  publishPolicy: FROM_ADMIN,
  createApiKey: FROM_ADMIN,
  rotateApiKey: FROM_ADMIN,
  revokeApiKey: FROM_ADMIN,
  apiKeys: FROM_ADMIN,
  registerDocuments: FROM_ADMIN,
  removeDocuments: FROM_ADMIN,
  trustedDocuments: FROM_ADMIN,
  auditLog: FROM_ADMIN,
  members: FROM_ADMIN,
  inviteMember: FROM_ADMIN,
  resendInvitation: FROM_ADMIN,
  setMemberRole: FROM_ADMIN,
  giveToMember: FROM_ADMIN,
  takeFromMember: FROM_ADMIN,
  removeMember: FROM_ADMIN,
  resetSecondFactor: FROM_ADMIN,
  setAccessRules: FROM_ADMIN,
  setSignInProvider: FROM_ADMIN,
  removeSignInProvider: FROM_ADMIN,
  signInProvider: FROM_ADMIN,
  addWebhook: FROM_ADMIN,
  updateWebhook: FROM_ADMIN,
  removeWebhook: FROM_ADMIN,
  rotateWebhookSecret: FROM_ADMIN,
  sendTestEvent: FROM_ADMIN,
  replayWebhook: FROM_ADMIN,
  webhooks: FROM_ADMIN,
  addInboundSource: FROM_ADMIN,
  revokeInboundSource: FROM_ADMIN,
  inboundSources: FROM_ADMIN,
  unreadEvents: FROM_ADMIN,
  createCampaign: FROM_MANAGER,
  updateCampaign: FROM_MANAGER,
  setCampaignSeats: FROM_MANAGER,
  setCampaignSteps: FROM_MANAGER,
  askForApproval: FROM_MANAGER,
  launchCampaign: FROM_MANAGER,
  pauseCampaign: FROM_MANAGER,
  resumeCampaign: FROM_MANAGER,
  completeCampaign: FROM_MANAGER,
  archiveCampaign: FROM_MANAGER,
  nextTouches: FROM_OPERATOR,
  claimTouch: FROM_OPERATOR,
  completeTouch: FROM_OPERATOR,
  skipTouch: FROM_OPERATOR,
  failTouch: FROM_OPERATOR,
  reassignTouches: FROM_MANAGER,
  previewDecision: FROM_OPERATOR,
  planSends: FROM_OPERATOR,
  capsForTool: FROM_OPERATOR,
  reserve: FROM_OPERATOR,
  reserveMany: FROM_OPERATOR,
  commitReservation: FROM_OPERATOR,
  commitReservations: FROM_OPERATOR,
  releaseReservation: FROM_OPERATOR,
  releaseReservations: FROM_OPERATOR,
  recordActivities: FROM_OPERATOR,
  voidActivities: FROM_OPERATOR,
  recordEngagement: FROM_OPERATOR,
  addDoNotContact: FROM_MANAGER,
  removeDoNotContact: FROM_MANAGER,
  importArchive: FROM_MANAGER,
  addProspects: FROM_MANAGER,
  updateProspect: FROM_MANAGER,
  tagProspects: FROM_MANAGER,
  removeProspects: FROM_MANAGER,
  createSegment: FROM_MANAGER,
  updateSegment: FROM_MANAGER,
  deleteSegment: FROM_MANAGER,
  importLeadList: FROM_MANAGER,
  erasePerson: FROM_ADMIN,
  exportPerson: FROM_ADMIN,
  setRetention: FROM_ADMIN,
  setTextKeeping: FROM_ADMIN,
  acknowledgeAlert: FROM_OPERATOR,
  muteAlerts: FROM_MANAGER,
  unmuteAlerts: FROM_MANAGER,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

export function mayDo(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  return roles.includes(role);
}

/** Whether a role only looks on: it can't ask what is decided of a send, and so learns nothing by asking. */
export function onlyLooksOn(role: Role): boolean {
  return !mayDo(role, 'previewDecision');
}

/** Roles that see the whole agency. The others see what is given to them: client accounts, and single seats. */
const SEES_ALL: ReadonlySet<Role> = new Set<Role>(['OWNER', 'ADMIN', 'ANALYST']);

export function seesAll(role: Role): boolean {
  return SEES_ALL.has(role);
}

/**
 * Whether a role reads the texts that an agency keeps, those of others too. Whoever may reserve reads what they asked for
 * themselves; ANALYST and CLIENT read none: a message is between its sender and whom it went to.
 */
export function readsTextsOfOthers(role: Role): boolean {
  const roles: readonly Role[] = FROM_MANAGER;
  return roles.includes(role);
}

/** Whether `role` may be given, to a key or a member, by a creator: never wider than the creator's own. */
export function isNoWider(role: Role, creator: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(creator);
}
