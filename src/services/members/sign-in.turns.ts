import { comparable } from '../../tenancy/accounts.js';
import { customerOf } from '../../tenancy/network.js';
import { Turns } from '../../tenancy/turns.js';

/** Of one address, from one network, at once; and how many of it wait. */
const OF_ADDRESS = 1;
const WAITING_OF_ADDRESS_MAX = 20;
/** Of one network at once: a part of the connections, and of those who wait for a hash. */
const OF_NETWORK = 2;
const WAITING_OF_NETWORK_MAX = 200;

/** Whose sign-in it is: of which account, from where, by which browser where it says so. */
interface Asker {
  readonly account: string;
  readonly place: string;
  readonly device?: string | null | undefined;
}

/**
 * Turns of those of whom nobody knows yet who they are: for what is looked up, counted and hashed for an address, which everybody does
 * out of the same few connections and hashes. Whoever asks very often waits behind themselves, however right their password is: first
 * behind the others of the same address and network, of which a browser with a cookie has turns of its own, so that no stranger who
 * asks for the address fills up its owner's; then behind those of the same network. All networks of one customer of IPv6 are one.
 */
export class SignInTurns {
  private readonly ofAddresses = new Turns(OF_ADDRESS, {
    waitingMax: WAITING_OF_ADDRESS_MAX,
    tooMany: 'Too many sign in by this address at once; ask again later.',
  });
  private readonly ofNetworks = new Turns(OF_NETWORK, {
    waitingMax: WAITING_OF_NETWORK_MAX,
    tooMany: 'Too many sign in from this network at once; ask again later.',
  });

  /** Throws THROTTLED where too many wait. `work` takes no second turn: it would wait for itself. */
  run<T>({ account, place, device }: Asker, work: () => Promise<T>): Promise<T> {
    const network = customerOf(place);
    const address = JSON.stringify([network, comparable(account), device ?? '']);
    return this.ofAddresses.run(address, () => this.ofNetworks.run(network, work));
  }
}
