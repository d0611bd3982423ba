/** Where a server that listens leaves its address, for commands on the same machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In the data directory. */
export const serverFile = 'server.json';

/** Of a server that listens, or was killed while it did. Throws where there is no such file. */
export async function addressIn(dataDir: string): Promise<string> {
  // Written by our own server.
  return (JSON.parse(await readFile(join(dataDir, serverFile), 'utf8')) as { url: string }).url;
}
