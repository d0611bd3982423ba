/** Where the warehouses of a data directory lie. One place for servers and commands: whoever works there meets the same tables. */
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asHeadgateError } from '../domain/error.ts';

/** In the data directory. */
export const warehouseFile = (workspace: number): string => `files/${workspace}/warehouse.db`;

/** Where commands kept theirs before servers did. */
export const formerFile = 'warehouse.duckdb';

const ownWorkspace = 1;

/** The warehouse that is meant where nobody says which: the first workspace's. */
export const ownWarehouse = (dataDir: string): string => join(dataDir, warehouseFile(ownWorkspace));

/**
 * Makes its folder, and brings what commands of an earlier version have written. Where both are there nothing is moved: resolves to
 * the file that was left where it was.
 */
export async function settleWarehouse(dataDir: string): Promise<string | undefined> {
  const [former, path] = [join(dataDir, formerFile), ownWarehouse(dataDir)];
  try {
    await mkdir(dirname(path), { recursive: true });
    if (!existsSync(former)) return undefined;
    if (existsSync(path)) return former;
    // What was not yet in the file goes first: a file without it would be an older one.
    for (const end of ['.wal', '']) if (existsSync(`${former}${end}`)) await rename(`${former}${end}`, `${path}${end}`);
    return undefined;
  } catch (error) {
    throw asHeadgateError(error, `opening the warehouse of ${dataDir}`);
  }
}
