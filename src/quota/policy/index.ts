export type * from './policy.js';
export { isForTier, POLICY_RULE_KINDS } from './policy.js';
export { BUILT_IN_COURSE, BUILT_IN_POLICIES, newerBuiltIn, PolicyCourse } from './course.js';
export { ruleIdentity } from './identity.js';
export { policyNews, type PolicyNews } from './news.js';
export { policyStaleFrom, staleFrom } from './stale.js';
