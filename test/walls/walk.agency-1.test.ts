import { walkAgainstAgency } from './agency-walk.js';

walkAgainstAgency(1);
