import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresDigest } from '../compare.ts';
import { createTable, insertRows } from '../data.ts';
import { createSource, syncTable, type Bench, type Job } from '../job.ts';
import { measure, type Command } from '../measure.ts';

/** Two identities and twelve attributes of people. */
const derivation = {
  into: 'profiles',
  identities: [
    { field: 'id', type: 'customer_id' },
    { field: 'email', type: 'email' },
  ],
  except: ['updated_at'],
};

const merge = (bench: Bench, ...more: readonly string[]): Command =>
  syncTable(bench, bench.server.location('target'), '--mode', 'merge', '--key', 'id', ...more);

/** Rows of people, half of them known and with two other attributes, half new: into profiles as well, against the merge alone. */
export const profiles: Job = {
  name: 'profiles',
  title: 'PostgreSQL → profiles of users, half new, against our merge of the same rows',
  rows: 1_000_000,
  shape: 'wide',
  floor: { ratio: 0.5 },
  async prepare(bench) {
    const { server, shape, folder, rows } = bench;
    const half = Math.floor(rows / 2);
    const file = join(folder, 'derive.json');
    await writeFile(file, JSON.stringify(derivation));
    const source = await createSource(bench, insertRows('items', shape, 0, half - 1));
    const target = await server.database('target');
    await server.sql(target, `${createTable('items', shape)}; alter table items add primary key (id)`);
    const ours = merge(bench, '--derive', file);
    await measure(ours, server);
    await server.sql(target, 'vacuum (freeze, analyze)');
    await server.sql(server.url(), 'alter database target rename to pristine');
    await server.sql(source, `update items set visits = visits + 1, score = score + 1`);
    await server.sql(source, insertRows('items', shape, half, rows - 1));
    await server.sql(source, 'vacuum (full, freeze, analyze)');
    return {
      moved: rows,
      durability: `logged tables of ${half} rows, primary key; profiles of two identities and twelve attributes`,
      limit: merge(bench),
      ours,
      expected: await postgresDigest(server, source, 'items', shape),
      async reset() {
        await server.sql(server.url(), 'drop database if exists target with (force)');
        await server.sql(server.url(), 'create database target template pristine strategy file_copy');
        await server.sql(server.url(), 'checkpoint');
      },
      async digest(side) {
        if (side === 'ours') await requireProfiles(bench, target);
        return await postgresDigest(server, target, 'items', shape);
      },
      async corrupt() {
        await server.sql(target, shape.spoil('items'));
      },
    };
  },
};

/** Every row has its profile, with what the row says. */
async function requireProfiles({ server }: Bench, target: string): Promise<void> {
  const [[wrong] = []] = await server.sql(
    target,
    `select count(*) from items i left join headgate.profiles p on p.properties->>'uid' = i.uid::text
     where (p.properties->>'visits')::int is distinct from i.visits or p.properties->>'balance' is distinct from i.balance::text`,
  );
  if (wrong !== '0') throw new Error(`${wrong} rows have no right profile`);
}
