/** The ledger of publishes, the fence of each pipeline, and the stages that attempts leave behind. */
import { HeadgateError } from '../../domain/error.ts';
import type { Claim, Publish, PublishRequest, TableResult } from '../../sdk/index.ts';
import { quoteName } from '../_sql/names.ts';
import { sqlState } from '../_pg/errors.ts';
import { ownSchema, ownTable, stagePrefix } from './names.ts';
import type { Row } from '../_pg/session.ts';
import type { Session } from './session.ts';

const ledgerVersion = 1;

/** Publishes kept per pipeline; the last one always. */
const kept = 100;

const createSql = [
  `create schema if not exists ${ownSchema}`,
  `create table if not exists ${ownSchema}.meta (one boolean primary key default true check (one), version integer not null)`,
  `insert into ${ownSchema}.meta (version) values (${ledgerVersion}) on conflict do nothing`,
  `create table if not exists ${ownSchema}.fence (pipeline text primary key, fence bigint not null)`,
  `create table if not exists ${ownSchema}.ledger (
    token text primary key, number bigint generated always as identity, pipeline text not null, run text not null,
    fence bigint not null, at timestamptz not null, positions jsonb not null, tables jsonb not null, checksums jsonb not null
  )`,
  `create index if not exists ledger_pipeline on ${ownSchema}.ledger (pipeline, number)`,
];

/** Is there a ledger? Throws `ledger.newer` for one that a later version wrote. */
async function hasLedger(session: Session): Promise<boolean> {
  const doing = 'looking for the ledger';
  const { found } = await session.row(`select to_regclass('${ownSchema}.ledger')::text as found`, doing);
  if (found === null) return false;
  const { version } = await session.row(`select version::text from ${ownSchema}.meta`, doing);
  if (Number(version) > ledgerVersion) {
    throw new HeadgateError('ledger.newer', `${doing}: its version is ${version}, this Headgate knows up to ${ledgerVersion}`);
  }
  return true;
}

async function createLedger(session: Session): Promise<void> {
  try {
    // One at a time: `if not exists` alone lets two creators collide.
    const lock = `select pg_advisory_xact_lock(hashtext('headgate'), hashtext('ledger'))`;
    await session.rows(['begin', lock, ...createSql, 'commit'].join(';\n'), 'creating the ledger');
  } catch (error) {
    await session.rows('rollback', 'creating the ledger').catch(() => undefined);
    if (sqlState(error) !== '42501') throw error;
    const facts = await session.row('select current_database() as database, current_user as role', 'creating the ledger');
    const hint = `run: grant create on database ${quoteName(facts.database ?? '')} to ${quoteName(facts.role ?? '')}`;
    throw new HeadgateError('access.denied', 'creating the ledger: the role may not create its schema', { hint, cause: error });
  }
}

const columns = 'token, pipeline, run, fence::text, at::text, positions::text, tables::text, checksums::text';

function publishOf(row: Row): Publish {
  // The JSON columns hold what `addPublish` wrote.
  return {
    token: row.token ?? '',
    pipeline: row.pipeline ?? '',
    run: row.run ?? '',
    fence: Number(row.fence),
    at: row.at ?? '',
    positions: JSON.parse(row.positions ?? '{}') as Publish['positions'],
    tables: JSON.parse(row.tables ?? '[]') as Publish['tables'],
    checksums: JSON.parse(row.checksums ?? '[]') as Publish['checksums'],
  };
}

/** Newest first. Writes nothing. */
export async function readLedger(session: Session, pipeline: string): Promise<readonly Publish[]> {
  if (!(await hasLedger(session))) return [];
  const sql = `select ${columns} from ${ownSchema}.ledger where pipeline = $1 order by number desc`;
  return (await session.rows(sql, 'reading the ledger', [pipeline])).map(publishOf);
}

/** `left` = stages of earlier attempts that live sessions still write to. */
export async function claimPipeline(
  session: Session,
  pipeline: string,
  fence?: number,
): Promise<{ readonly claim: Claim; readonly left: readonly string[] }> {
  if (!(await hasLedger(session))) await createLedger(session);
  const doing = 'taking the pipeline over';
  const wanted = fence === undefined ? `f.fence + 1` : `excluded.fence`;
  // The ledger's own greatest fence counts too: somebody may have emptied the table of fences.
  const first = `(select coalesce(max(fence), 0) + 1 from ${ownSchema}.ledger where pipeline = $1)`;
  const [row] = await session.rows(
    `insert into ${ownSchema}.fence as f (pipeline, fence) values ($1, ${fence === undefined ? first : String(fence)})
     on conflict (pipeline) do update set fence = ${wanted} where ${wanted} >= f.fence returning fence::text`,
    doing,
    [pipeline],
  );
  if (!row) throw new HeadgateError('publish.fenced', `${doing}: another run has taken it over with a later fence than ${fence}`);
  const stages = await session.rows(
    `select relname as name from pg_class where relnamespace = '${ownSchema}'::regnamespace and relkind = 'r'
       and starts_with(relname, $1)`,
    leaving,
    [stagePrefix(pipeline)],
  );
  const left = await dropLeft(
    session,
    stages.map(({ name }) => name ?? ''),
  );
  const [last] = await readLedger(session, pipeline);
  return { claim: { fence: Number(row.fence), ...(last && { last }) }, left };
}

const leaving = 'removing what earlier attempts staged';

/** Drops what earlier attempts staged. Resolves to what a live session still writes to. */
export async function dropLeft(session: Session, stages: readonly string[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const name of stages) {
    try {
      await session.rows(`begin; set local lock_timeout = '2s'; drop table if exists ${ownTable(name)}; commit`, leaving);
    } catch (error) {
      await session.rows('rollback', leaving);
      if (sqlState(error) !== '55P03') throw error;
      left.push(name);
    }
  }
  return left;
}

/**
 * Inside the publish: holds the fence until the end of the transaction. Answers the publish of the same token, if it has
 * happened. Throws `publish.fenced` for an older fence than the pipeline's.
 */
export async function lockFence(session: Session, request: PublishRequest): Promise<Publish | undefined> {
  const doing = 'publishing: checking the fence';
  const { fence } = await session.row(
    `insert into ${ownSchema}.fence as f (pipeline, fence) values ($1, $2)
     on conflict (pipeline) do update set fence = greatest(f.fence, excluded.fence) returning fence::text`,
    doing,
    [request.pipeline, String(request.fence)],
  );
  const [done] = await session.rows(`select ${columns} from ${ownSchema}.ledger where token = $1`, doing, [request.token]);
  if (done) return publishOf(done);
  if (Number(fence) > request.fence) {
    throw new HeadgateError('publish.fenced', `publishing: another run of this pipeline has taken over (fence ${fence})`);
  }
  return undefined;
}

export async function addPublish(session: Session, request: PublishRequest, tables: readonly TableResult[]): Promise<void> {
  const doing = 'publishing: writing the ledger';
  const { token, pipeline, run, fence, positions, checksums } = request;
  await session.rows(
    `insert into ${ownSchema}.ledger (token, pipeline, run, fence, at, positions, tables, checksums)
     values ($1, $2, $3, $4, clock_timestamp(), $5, $6, $7)`,
    doing,
    [token, pipeline, run, String(fence), JSON.stringify(positions), JSON.stringify(tables), JSON.stringify(checksums)],
  );
  const oldest = `(select number from ${ownSchema}.ledger where pipeline = $1 order by number desc offset ${kept - 1} limit 1)`;
  await session.run(`delete from ${ownSchema}.ledger where pipeline = $1 and number < ${oldest}`, doing, [pipeline]);
}
