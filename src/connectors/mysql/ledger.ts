/** The ledger of publishes, the fence of each pipeline, and the stages that attempts leave behind. */
import { HeadgateError } from '../../domain/error.ts';
import type { Claim, Publish, PublishRequest, TableResult } from '../../sdk/index.ts';
import { quoteName, quoteText } from '../_sql/names.ts';
import { errorNumber } from './errors.ts';
import { fenceTable, ledgerTable, metaTable, ownPrefix, pendingTable, stagePrefix } from './names.ts';
import { recover } from './pending.ts';
import type { Row, Session } from './session.ts';
import { tableOptions } from './stage.ts';

const ledgerVersion = 1;

/** Publishes kept per pipeline; the last one always. */
const kept = 100;

/** The meta table comes last: where it is, all of them are. */
const createSql = (options: string): readonly string[] => [
  `create table if not exists ${fenceTable} (pipeline varchar(255) primary key, fence bigint not null) ${options}`,
  `create table if not exists ${ledgerTable} (
    token varchar(255) primary key, number bigint not null auto_increment, pipeline varchar(255) not null, run varchar(255) not null,
    fence bigint not null, at datetime(6) not null, positions longtext not null, "tables" longtext not null, checksums longtext not null,
    unique key (number), key (pipeline, number)) ${options}`,
  `create table if not exists ${pendingTable} (
    token varchar(255) not null, pipeline varchar(255) not null, made varchar(64) not null, kept varchar(64), primary key (token, made)) ${options}`,
  `create table if not exists ${metaTable} (one tinyint primary key, version int not null) ${options}`,
  `insert ignore into ${metaTable} values (1, ${ledgerVersion})`,
];

/** Is there a ledger? Throws `ledger.newer` for one that a later version wrote. */
async function hasLedger(session: Session): Promise<boolean> {
  const doing = 'looking for the ledger';
  const there = await session.rows(
    `select 1 as found from information_schema.tables where table_schema = ${quoteText(session.database)} and table_name = '${ownPrefix}meta'`,
    doing,
  );
  if (there.length === 0) return false;
  const [row] = await session.rows(`select version from ${metaTable}`, doing);
  if (!row) return false;
  const version = Number(row['version']);
  if (version > ledgerVersion)
    throw new HeadgateError('ledger.newer', `${doing}: its version is ${version}, this Headgate knows up to ${ledgerVersion}`);
  return true;
}

const columns = `token, pipeline, run, fence, at, positions, "tables", checksums`;

function publishOf(row: Row): Publish {
  // The JSON columns hold what `addPublish` wrote.
  return {
    token: row['token'] ?? '',
    pipeline: row['pipeline'] ?? '',
    run: row['run'] ?? '',
    fence: Number(row['fence']),
    at: `${row['at']}+00`,
    positions: JSON.parse(row['positions'] ?? '{}') as Publish['positions'],
    tables: JSON.parse(row['tables'] ?? '[]') as Publish['tables'],
    checksums: JSON.parse(row['checksums'] ?? '[]') as Publish['checksums'],
  };
}

/** Newest first. Writes nothing. */
export async function readLedger(session: Session, pipeline: string): Promise<readonly Publish[]> {
  if (!(await hasLedger(session))) return [];
  const sql = `select ${columns} from ${ledgerTable} where pipeline = ${quoteText(pipeline)} order by number desc`;
  return (await session.rows(sql, 'reading the ledger')).map(publishOf);
}

export async function claimPipeline(session: Session, pipeline: string, fence?: number): Promise<Claim> {
  if (!(await hasLedger(session)))
    for (const sql of createSql(tableOptions(session.server))) await session.rows(sql, 'creating the ledger');
  const doing = 'taking the pipeline over';
  const name = quoteText(pipeline);
  // The ledger's own greatest fence counts too: somebody may have emptied the table of fences.
  await session.rows(
    `insert ignore into ${fenceTable} select ${name}, coalesce(max(fence), 0) from ${ledgerTable} where pipeline = ${name}`,
    doing,
  );
  const changed = await transaction(session, doing, async () => {
    const row = await session.row(`select fence from ${fenceTable} where pipeline = ${name} for update`, doing);
    const before = Number(row['fence']);
    if (fence !== undefined && fence < before) {
      throw new HeadgateError('publish.fenced', `${doing}: another run has taken it over with a later fence than ${fence}`);
    }
    const next = fence ?? before + 1;
    await session.rows(`update ${fenceTable} set fence = ${next} where pipeline = ${name}`, doing);
    return next;
  });
  await recover(session, pipeline);
  await dropStages(session, pipeline);
  const [last] = await readLedger(session, pipeline);
  return { fence: changed, ...(last && { last }) };
}

export async function transaction<T>(session: Session, doing: string, work: () => Promise<T>): Promise<T> {
  await session.rows('start transaction', doing);
  try {
    const result = await work();
    await session.rows('commit', doing);
    return result;
  } catch (error) {
    if (session.alive) await session.rows('rollback', doing).catch(() => undefined);
    throw error;
  }
}

const lockTimeout = 1205;

/** Drops what earlier attempts staged. One that a live session still writes to is left for the next claim. */
async function dropStages(session: Session, pipeline: string): Promise<void> {
  const doing = 'removing what earlier attempts staged';
  const prefix = stagePrefix(pipeline);
  const stages = await session.rows(
    `select table_name as name from information_schema.tables
     where table_schema = ${quoteText(session.database)} and left(table_name, ${prefix.length}) = ${quoteText(prefix)}`,
    doing,
  );
  if (stages.length === 0) return;
  await session.rows('set session lock_wait_timeout = 2', doing);
  try {
    for (const { name } of stages) {
      await session.rows(`drop table if exists ${quoteName(name ?? '')}`, doing).catch((error: unknown) => {
        if (errorNumber(error) !== lockTimeout) throw error;
      });
    }
  } finally {
    if (session.alive) await session.rows('set session lock_wait_timeout = 30', doing);
  }
}

/**
 * Inside the publish: holds the fence until the end of the transaction. Answers the publish of the same token, if it has
 * happened. Throws `publish.fenced` for an older fence than the pipeline's. The ledger is read by another session: here, a
 * read that locks would hold up other pipelines, and one that does not would fix the moment that all later ones see.
 */
export async function lockFence(session: Session, other: Session, request: PublishRequest): Promise<Publish | undefined> {
  const doing = 'publishing: checking the fence';
  const name = quoteText(request.pipeline);
  const [row] = await session.rows(`select fence from ${fenceTable} where pipeline = ${name} for update`, doing);
  const [done] = await other.rows(`select ${columns} from ${ledgerTable} where token = ${quoteText(request.token)}`, doing);
  if (done) return publishOf(done);
  const fence = Number(row?.['fence'] ?? 0);
  if (fence > request.fence)
    throw new HeadgateError('publish.fenced', `publishing: another run of this pipeline has taken over (fence ${fence})`);
  if (!row) await session.rows(`insert into ${fenceTable} values (${name}, ${request.fence})`, doing);
  return undefined;
}

export async function addPublish(session: Session, request: PublishRequest, tables: readonly TableResult[]): Promise<void> {
  const doing = 'publishing: writing the ledger';
  const { token, pipeline, run, fence, positions, checksums } = request;
  const json = [positions, tables, checksums].map((value) => quoteText(JSON.stringify(value)));
  await session.rows(
    `insert into ${ledgerTable} (token, pipeline, run, fence, at, positions, "tables", checksums)
     values (${[token, pipeline, run].map(quoteText).join(', ')}, ${fence}, utc_timestamp(6), ${json.join(', ')})`,
    doing,
  );
  const [oldest] = await session.rows(
    `select number from ${ledgerTable} where pipeline = ${quoteText(pipeline)} order by number desc limit 1 offset ${kept - 1}`,
    doing,
  );
  if (oldest)
    await session.rows(
      `delete from ${ledgerTable} where pipeline = ${quoteText(pipeline)} and number < ${oldest['number']}`,
      doing,
    );
  await session.rows(`delete from ${pendingTable} where token = ${quoteText(token)} and kept is null`, doing);
}
