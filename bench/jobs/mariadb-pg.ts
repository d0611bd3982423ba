import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { startMariadb, type TestMariadb } from '../../test/support/mariadb.ts';
import { postgresDigest } from '../compare.ts';
import type { Column } from '../data.ts';
import { createSource, headgate, psql, shell, type Bench, type Job, type Prepared } from '../job.ts';
import { processCpu, type ServerAccount } from '../server.ts';
import { tableTarget } from '../targets.ts';

/** PostgreSQL's types that MariaDB calls something else; the comment is how Headgate knows them again. */
const types: Readonly<Record<string, string>> = {
  boolean: `tinyint(1) comment 'headgate: boolean'`,
  timestamp: 'datetime(6)',
  timestamptz: `datetime(6) comment 'headgate: timestamptz'`,
  uuid: `char(36) comment 'headgate: uuid'`,
  text: 'longtext',
};

const definition = ({ name, postgres }: Column): string => `${name} ${types[postgres] ?? postgres}`;

/** What LOAD DATA takes as it is. */
function unloaded({ name, postgres }: Column): string {
  if (postgres === 'boolean') return `${name}::int`;
  return postgres === 'timestamptz' ? `${name} at time zone 'UTC'` : name;
}

const client = ({ port }: TestMariadb, options: string, sql: string): string =>
  `mariadb --no-defaults -h 127.0.0.1 -P ${port} -u root --default-character-set=utf8mb4 ${options} source -e "${sql}"`;

/** PostgreSQL and MariaDB as one account. */
async function accountOf({ server }: Bench, mariadb: TestMariadb): Promise<ServerAccount> {
  const [[pidFile] = []] = await mariadb.sql(mariadb.url(), 'select @@pid_file');
  const pid = Number(await readFile(pidFile ?? '', 'utf8'));
  return {
    environment: { ...server.environment, PGTZ: 'UTC', MYSQL_PWD: new URL(mariadb.url()).password },
    cpuSeconds: async () => (await server.cpuSeconds()) + (await processCpu(pid)).own,
  };
}

/** The table of `createSource` in MariaDB: PostgreSQL's text format is the one that LOAD DATA reads. */
async function fill(bench: Bench, mariadb: TestMariadb, { environment }: ServerAccount): Promise<void> {
  const { folder, shape } = bench;
  const url = await mariadb.database('source');
  await mariadb.sql(url, `create table items (${shape.columns.map(definition).join(', ')}) engine = InnoDB charset = utf8mb4`);
  const file = `${folder}/items.txt`;
  const bash = (line: string) => promisify(execFile)('bash', ['-c', line], { env: { ...process.env, ...environment } });
  await bash(psql('source', `\\copy (select ${shape.columns.map(unloaded).join(', ')} from items) to '${file}'`));
  await bash(client(mariadb, '--local-infile=1', `load data local infile '${file}' into table items character set utf8mb4`));
  await mariadb.sql(url, 'analyze table items');
}

/** A whole table out of MariaDB, against the pipe of the two clients. */
export const mariadbPg: Job = {
  name: 'mariadb-pg',
  title: 'MariaDB → PostgreSQL, replace',
  rows: 1_000_000,
  shape: 'narrow',
  floor: { ratio: 0.55 },
  async prepare(bench): Promise<Prepared> {
    const { server, stack, shape, rows } = bench;
    const source = await createSource(bench);
    const mariadb = stack.use(await startMariadb({ settings: { 'innodb-buffer-pool-size': '1G' } }));
    const servers = await accountOf(bench, mariadb);
    await fill(bench, mariadb, servers);
    const read = client(mariadb, '--quick --batch --skip-column-names', 'select * from items');
    return {
      ...(await tableTarget(bench, (side) => side === 'limit')),
      moved: rows,
      durability: 'logged table, no index',
      servers,
      limit: shell(`${read} | ${psql('target', `copy items from stdin (null 'NULL')`)}`),
      ours: headgate(
        bench,
        'sync',
        `mysql://root@127.0.0.1:${mariadb.port}/source`,
        server.location('target'),
        '--stream',
        'items',
      ),
      expected: await postgresDigest(server, source, 'items', shape),
    };
  },
};
