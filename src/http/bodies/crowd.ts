/** One of a crowd: how much it counts for, and what is done where it has to go. */
interface One {
  readonly weight: number;
  readonly sendAway: () => void;
}

/** Those of one network, in the order in which they came. */
interface Some {
  readonly all: Set<One>;
  weight: number;
}

/**
 * Those of whom nobody knows yet who they are. Where there are too many of them, some go for whoever comes: of the network that most
 * are from, whoever has been there for longest. So a crowd keeps nobody out who is quick, wherever it comes from.
 */
export class Crowd {
  private readonly byNetwork = new Map<string, Some>();
  private weight = 0;

  constructor(private readonly weightMax: number) {}

  get isEmpty(): boolean {
    return this.byNetwork.size === 0;
  }

  /** The answer is called once it is no part of the crowd any more, for whatever reason. */
  take(network: string, weight: number, sendAway: () => void): () => void {
    const one = { weight, sendAway };
    const here = this.byNetwork.get(network) ?? { all: new Set(), weight: 0 };
    this.byNetwork.set(network, here);
    here.all.add(one);
    here.weight += weight;
    this.weight += weight;
    while (this.weight > this.weightMax) this.sendOneAway();
    return () => this.forget(network, one);
  }

  private sendOneAway(): void {
    let most: [network: string, here: Some] | null = null;
    for (const some of this.byNetwork) if (most === null || some[1].weight > most[1].weight) most = some;
    if (most === null) return;
    const [network, { all }] = most;
    for (const one of all) {
      this.forget(network, one);
      return one.sendAway();
    }
  }

  private forget(network: string, one: One): void {
    const here = this.byNetwork.get(network);
    if (!here?.all.delete(one)) return;
    here.weight -= one.weight;
    this.weight -= one.weight;
    if (here.all.size === 0) this.byNetwork.delete(network);
  }
}
