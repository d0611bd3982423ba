import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../src/domain/json.ts';
import { duckDigest, duckSql } from './place-duckdb.ts';
import type { LedgerRow, Place } from './place.ts';

const columns = ['id', 'grp', 'amount', 'note', 'payload', 'updated_at'];

/** A csv file. Its ledger is the manifest beside it. */
export async function filePlace(folder: string): Promise<Place> {
  const target = join(folder, 'out');
  await mkdir(target);
  const path = join(target, 'orders.csv');
  const manifest = `${path}.headgate.json`;
  return {
    location: path,
    rows: async () => {
      if (!existsSync(path)) return [];
      const fields = columns.map((name) => `'${name}': 'varchar'`).join(', ');
      const table = `read_csv('${path}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '',
        allow_quoted_nulls = false, columns = {${fields}})`;
      const rows = await duckSql(':memory:', `select id, ${duckDigest} from ${table}`);
      return rows.map(([key, digest]) => ({ key: key ?? '', digest: digest ?? '' }));
    },
    ledger: async () => (existsSync(manifest) ? ledgerRows(await readFile(manifest, 'utf8')) : []),
    leftovers: async () => (await readdir(target)).filter((name) => name !== 'orders.csv' && name !== 'orders.csv.headgate.json'),
    addDependents: async () => undefined,
    hasDependents: async () => true,
    corrupt: async () => {
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace(/grün \d+/, 'not what was sent'));
    },
    reader: async () => ({
      size: async () => (await readFile(path)).reduce((lines, byte) => (byte === 10 ? lines + 1 : lines), 0),
      [Symbol.asyncDispose]: async () => undefined,
    }),
    [Symbol.asyncDispose]: async () => undefined, // the folder goes with its point
  };
}

interface Manifest {
  readonly publishes: readonly {
    readonly token: string;
    readonly run: string;
    readonly fence: number;
    readonly positions: Json;
  }[];
}

/** The manifest has the newest publish first. */
function ledgerRows(text: string): readonly LedgerRow[] {
  const { publishes } = JSON.parse(text) as Manifest; // a wrong shape fails the point, as it should
  return publishes.toReversed().map(({ token, run, fence, positions }) => ({
    token,
    run,
    fence: String(fence),
    positions: JSON.stringify(positions),
  }));
}
