import { walkAgainstClientAccount } from './client-walk.js';

walkAgainstClientAccount(3);
