/** One of a crowd: how much it counts for, and what is done where it has to go. */
interface One {
  readonly weight: number;
  readonly sendAway: () => void;
}

/** Those of one group, in the order in which they came. */
interface Group {
  readonly all: Set<One>;
  weight: number;
}

/**
 * Room for a certain weight, shared by groups: by network, where nobody knows yet who somebody is, or by key or member. Where there is
 * too much, some go for whoever comes: of the group that weighs most, whoever has been there for longest. So none keeps out others.
 */
export class Crowd {
  private readonly groups = new Map<string, Group>();
  private weight = 0;

  constructor(private readonly weightMax: number) {}

  get isEmpty(): boolean {
    return this.groups.size === 0;
  }

  /** The answer is called once it is no part of the crowd any more, for whatever reason. */
  take(group: string, weight: number, sendAway: () => void): () => void {
    const one = { weight, sendAway };
    const here = this.groups.get(group) ?? { all: new Set(), weight: 0 };
    this.groups.set(group, here);
    here.all.add(one);
    here.weight += weight;
    this.weight += weight;
    while (this.weight > this.weightMax) this.sendOneAway();
    return () => this.forget(group, one);
  }

  private sendOneAway(): void {
    let most: [name: string, group: Group] | null = null;
    for (const some of this.groups) if (most === null || some[1].weight > most[1].weight) most = some;
    if (most === null) return;
    const [group, { all }] = most;
    for (const one of all) {
      this.forget(group, one);
      return one.sendAway();
    }
  }

  private forget(group: string, one: One): void {
    const here = this.groups.get(group);
    if (!here?.all.delete(one)) return;
    here.weight -= one.weight;
    this.weight -= one.weight;
    if (here.all.size === 0) this.groups.delete(group);
  }
}
