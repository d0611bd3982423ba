import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { duckDigest, duckQuery, postgresDigest } from '../compare.ts';
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

const merge = (bench: Bench, destination: string, ...more: readonly string[]): Command =>
  syncTable(bench, destination, '--mode', 'merge', '--key', 'id', ...more);

/** Half of the people, as the first sync finds them, and the file that says what is derived. */
async function firstHalf(bench: Bench): Promise<{ readonly source: string; readonly derive: string }> {
  const derive = join(bench.folder, 'derive.json');
  await writeFile(derive, JSON.stringify(derivation));
  const source = await createSource(bench, insertRows('items', bench.shape, 0, Math.floor(bench.rows / 2) - 1));
  return { source, derive };
}

/** Two values of those that are known are others, and as many new ones are there. */
async function allOfThem({ server, shape, rows }: Bench, source: string): Promise<string> {
  await server.sql(source, `update items set visits = visits + 1, score = score + 1`);
  await server.sql(source, insertRows('items', shape, Math.floor(rows / 2), rows - 1));
  await server.sql(source, 'vacuum (full, freeze, analyze)');
  return await postgresDigest(server, source, 'items', shape);
}

/** Rows of people, half of them known and with two other attributes, half new: into profiles as well, against the merge alone. */
export const profilesDuckdb: Job = {
  name: 'profiles',
  title: 'PostgreSQL → profiles of users in DuckDB, half new, against our merge of the same rows',
  rows: 1_000_000,
  shape: 'wide',
  floor: { ratio: 0.5 },
  async prepare(bench) {
    const { server, shape, folder, rows } = bench;
    const { source, derive } = await firstHalf(bench);
    const [file, pristine] = [join(folder, 'people.duckdb'), join(folder, 'pristine.duckdb')];
    const ours = merge(bench, `duckdb:${file}`, '--derive', derive);
    await measure(ours, server);
    await rename(file, pristine);
    return {
      moved: rows,
      durability: 'database file, checkpointed; profiles of two identities and twelve attributes',
      limit: merge(bench, `duckdb:${file}`),
      ours,
      expected: await allOfThem(bench, source),
      async reset() {
        await rm(`${file}.wal`, { force: true });
        await copyFile(pristine, file);
        await server.sql(server.url(), 'checkpoint');
      },
      async digest(side) {
        const wrong = side === 'ours' ? await duckQuery(file, wrongProfiles) : '0';
        if (wrong !== '0') return `${wrong} rows have no right profile`;
        return await duckDigest(file, 'items', shape);
      },
      async corrupt() {
        await duckQuery(file, shape.spoil('items'));
      },
    };
  },
};

export const profilesPostgres: Job = {
  name: 'profiles',
  title: 'PostgreSQL → profiles of users in PostgreSQL, half new, against our merge of the same rows',
  rows: 1_000_000,
  shape: 'wide',
  // Half of the speed is what must hold in a workspace's own warehouse; here it must not fall behind what it has reached.
  floor: { ratio: 0.35 },
  async prepare(bench) {
    const { server, shape, rows } = bench;
    const { source, derive } = await firstHalf(bench);
    const target = await server.database('target');
    await server.sql(target, `${createTable('items', shape)}; alter table items add primary key (id)`);
    const ours = merge(bench, server.location('target'), '--derive', derive);
    await measure(ours, server);
    await server.sql(target, 'vacuum (freeze, analyze)');
    await server.sql(server.url(), 'alter database target rename to pristine');
    return {
      moved: rows,
      durability: `logged tables of ${Math.floor(rows / 2)} rows, primary key; profiles of two identities and twelve attributes`,
      limit: merge(bench, server.location('target')),
      ours,
      expected: await allOfThem(bench, source),
      async reset() {
        await server.sql(server.url(), 'drop database if exists target with (force)');
        await server.sql(server.url(), 'create database target template pristine strategy file_copy');
        await server.sql(server.url(), 'checkpoint');
      },
      async digest(side) {
        const [[wrong] = []] = side === 'ours' ? await server.sql(target, wrongProfiles) : [['0']];
        if (wrong !== '0') return `${wrong} rows have no right profile`;
        return await postgresDigest(server, target, 'items', shape);
      },
      async corrupt() {
        await server.sql(target, shape.spoil('items'));
      },
    };
  },
};

/** Every row has its profile, with what the row says. In words that both systems have. */
const wrongProfiles = `select count(*) from items i left join headgate.profiles p on (p.properties->>'uid') = cast(i.uid as varchar)
 where cast((p.properties->>'visits') as integer) is distinct from i.visits or (p.properties->>'balance') is distinct from cast(i.balance as varchar)`;
