import type { ClientAccountEntity } from '../../entities/client-account.entity.js';
import type { Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import type { ClientAccountStatus, LimitMode } from '../../quota/words.js';
import { composed } from '../../tenancy/accounts.js';
import { checkAll, checkEmail, checkExternalRef, checkName, checkTimeZone } from '../checks.js';

/** What is said of a client account, and what it makes of it. */

export interface CreateClientAccount {
  readonly name: string;
  readonly planId: string;
  readonly timeZone: string;
  readonly externalRef?: string | null | undefined;
  readonly limitMode?: LimitMode | null | undefined;
  readonly poolsContacts?: boolean | null | undefined;
}

/** What is left out stays, null clears. */
export interface UpdateClientAccount {
  readonly clientAccountId: string;
  readonly name?: string | null | undefined;
  readonly planId?: string | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly status?: ClientAccountStatus | null | undefined;
  readonly externalRef?: string | null | undefined;
  readonly limitMode?: LimitMode | null | undefined;
  readonly poolsContacts?: boolean | null | undefined;
  readonly approvalRequired?: boolean | null | undefined;
  /** Null: nobody. */
  readonly approverEmail?: string | null | undefined;
}

/** What is wrong with it by itself. */
export function checkClientAccount(input: Partial<UpdateClientAccount>): Refusal | null {
  return checkAll(
    checkName(input.name ?? undefined, 'name'),
    checkTimeZone(input.timeZone ?? undefined),
    checkExternalRef(input.externalRef),
    checkEmail(input.approverEmail ?? undefined, 'approverEmail'),
  );
}

/** The client account as it is from `at` on. */
export function changedBy(
  account: ClientAccountEntity,
  input: UpdateClientAccount,
  at: Instant,
): ClientAccountEntity {
  const told = input.approverEmail;
  const approverEmail = told === undefined ? account.approverEmail : told && composed(told);
  return {
    ...account,
    name: input.name ?? account.name,
    planId: input.planId ?? account.planId,
    timeZone: input.timeZone ?? account.timeZone,
    status: input.status ?? account.status,
    externalRef: input.externalRef === undefined ? account.externalRef : input.externalRef,
    limitMode: input.limitMode ?? account.limitMode,
    poolsContacts: input.poolsContacts ?? account.poolsContacts,
    approvalRequired: input.approvalRequired ?? account.approvalRequired,
    approverEmail,
    approverSetAt: approverEmail === account.approverEmail ? account.approverSetAt : setAnew(account, at),
  };
}

/** An address is told from those before it by this: no two are alike, also of one instant, as while the clock is behind the books. */
function setAnew({ approverSetAt }: ClientAccountEntity, at: Instant): Instant {
  return approverSetAt === null ? at : Math.max(at, approverSetAt + 1);
}
