import type { DataSource, EntityManager } from 'typeorm';
import { AgencyBookEntity } from '../../entities/agency-book.entity.js';
import { AgencyDirectoryEntity, AgencyEntity } from '../../entities/agency.entity.js';
import { Failure, Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import { uuidRandom } from '../../tenancy/uuid.js';
import { systemViewer, type Viewer } from '../../tenancy/viewer.js';
import { insertApiKey, type CreatedApiKey } from '../members/api-key.service.js';
import type { Letters } from '../members/letters.js';
import type { Invited } from '../members/member.desk.js';
import { NO_REACH } from '../members/member.reach.js';
import type { MemberService } from '../members/member.service.js';
import type { AuditLog } from '../audit-log.js';
import { type Check, checkAll, checkEmail, checkName, checkTimeZone } from '../checks.js';
import { followZone } from '../seats/scope-zones.js';

export interface CreateAgency {
  readonly name: string;
  readonly timeZone: string;
}

export interface CreatedAgency extends CreatedApiKey {
  readonly agency: AgencyEntity;
}

export interface CreatedWithOwner extends CreatedAgency {
  readonly invited: Invited;
}

/** What an owner is invited by. */
export interface OwnerParts {
  readonly members: Pick<MemberService, 'insert'>;
  readonly letters: Pick<Letters, 'send'>;
}

/** The tenants themselves. */
export class AgencyService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Makes an agency with its book, its zone and a key of the role OWNER. For the command line alone. Refuses with INVALID.
   * Its id is random: it is in the agency's keys, and tells nothing of when it came. (The demo's is a known one.)
   */
  async createAgency(input: CreateAgency, agencyId: string = uuidRandom()): Promise<CreatedAgency | Refusal> {
    const refusal = checkAgency(input);
    if (refusal) return refusal;
    const viewer = systemViewer(agencyId, 'createAgency');
    return inAgency(this.dataSource, viewer, async (manager) =>
      this.insert(manager, viewer, input, await clockOf(manager)),
    );
  }

  /** The same with its owner, who is invited by this address: there are both or neither. */
  async createWithOwner(
    input: CreateAgency,
    email: string,
    { members, letters }: OwnerParts,
  ): Promise<CreatedWithOwner | Refusal> {
    const refusal = checkAll(checkAgency(input), checkEmail(email, 'ownerEmail'));
    if (refusal) return refusal;
    const viewer = systemViewer(uuidRandom(), 'createAgency');
    const created = await inAgency(this.dataSource, viewer, async (manager) => {
      const at = await clockOf(manager);
      const agency = await this.insert(manager, viewer, input, at);
      const invited = await members.insert(manager, viewer, { email, role: 'OWNER', ...NO_REACH }, at);
      return invited instanceof Refusal ? invited : { ...agency, invited };
    });
    if (!(created instanceof Refusal)) letters.send(viewer.agencyId);
    return created;
  }

  private async insert(
    manager: EntityManager,
    viewer: Viewer,
    input: CreateAgency,
    at: Instant,
  ): Promise<CreatedAgency> {
    const agency = await insertAgency(manager, viewer, input, at);
    const key = {
      name: 'Owner',
      role: 'OWNER',
      clientAccountId: null,
      expiresAt: null,
    } as const;
    const created = await insertApiKey(manager, viewer, key, at);
    await this.audit.write(manager, viewer, at, {
      verb: 'createAgency',
      subjectKind: 'AGENCY',
      subjectId: agency.agencyId,
      before: {},
      after: agency,
    });
    return { agency, ...created };
  }

  /** Of all agencies. For the command line alone. */
  async allIds(): Promise<string[]> {
    const directory = await this.dataSource
      .getRepository(AgencyDirectoryEntity)
      .find({ order: { id: 'ASC' } });
    return directory.map(({ id }) => id);
  }

  exists(viewer: Viewer): Promise<boolean> {
    const { agencyId } = viewer;
    return inAgency(this.dataSource, viewer, (manager) => manager.existsBy(AgencyEntity, { agencyId }));
  }

  /** The viewer's own. Throws NOT_FOUND where there is none, as the command line may ask. */
  async getAgency(viewer: Viewer): Promise<AgencyEntity> {
    const { agencyId } = viewer;
    const agency = await inAgency(this.dataSource, viewer, (manager) =>
      manager.findOneBy(AgencyEntity, { agencyId }),
    );
    if (!agency) throw new Failure('NOT_FOUND', 'There is no such agency.');
    return agency;
  }
}

function checkAgency({ name, timeZone }: CreateAgency): Check {
  return checkAll(checkName(name, 'name'), checkTimeZone(timeZone));
}

async function insertAgency(
  manager: EntityManager,
  { agencyId }: Viewer,
  { name, timeZone }: CreateAgency,
  at: Instant,
): Promise<AgencyEntity> {
  const agency = manager.create(AgencyEntity, { agencyId, name, timeZone, createdAt: at });
  const directory = { id: agencyId, createdAt: at };
  const book = { agencyId, revision: 1, lastAt: at, alertSequence: 0, turn: 0 };
  await manager.createQueryBuilder().insert().into(AgencyDirectoryEntity).values(directory).execute();
  await manager.createQueryBuilder().insert().into(AgencyEntity).values(agency).execute();
  await manager.createQueryBuilder().insert().into(AgencyBookEntity).values(book).execute();
  await followZone(manager, { agencyId, scopeKind: 'AGENCY', scopeId: agencyId }, timeZone, at);
  return agency;
}
