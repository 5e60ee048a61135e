import type { Config } from '../config.js';
import { findServing } from '../database/serving.js';

/** Of the server that runs on the data directory, the one that the settings name where there are several. */
export async function addressOf({ dataDirectory, host, port }: Config): Promise<string> {
  const ofSettings = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const serving = await findServing(dataDirectory);
  return serving.includes(ofSettings) ? ofSettings : (serving[0] ?? ofSettings);
}
