import { HeadgateError } from '../../domain/error.ts';
import { canonicalJson, type Json } from '../../domain/json.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import type { Claim, Duck, Publish, PublishRequest, TableResult } from '../../sdk/index.ts';
import { ownSchema, quoteTable, relationExists } from './catalog.ts';
import { count, transaction } from './transaction.ts';

/**
 * The truth about positions, in the same file as the rows: `ledger` has one row per publish, `fence` the newest owner of
 * each pipeline, `stage` what attempts have staged, `meta` the version of all this.
 */
const version = 1;
const kept = 100;

const table = (name: string): string => quoteTable({ namespace: ownSchema, name });

const layout = [
  `create schema if not exists ${ownSchema}`,
  `create table if not exists ${table('meta')} (version integer)`,
  `insert into ${table('meta')} select ${version} where not exists (select 1 from ${table('meta')})`,
  `create table if not exists ${table('fence')} (pipeline varchar, fence bigint)`,
  `create table if not exists ${table('stage')} (pipeline varchar, attempt varchar, namespace varchar, name varchar)`,
  `create table if not exists ${table('ledger')} (seq bigint, token varchar, pipeline varchar, run varchar, fence bigint, ` +
    `published_at timestamptz, positions json, tables json, checksums json)`,
].join('; ');

/** Throws `ledger.newer` for a ledger of a later version. */
export async function ledgerExists(duck: Duck): Promise<boolean> {
  if (!(await relationExists(duck, { namespace: ownSchema, name: 'meta' }))) return false;
  const found = await count(duck, `select max(version) from ${table('meta')}`);
  if (found > version) {
    throw new HeadgateError(
      'ledger.newer',
      `reading the ledger: it has version ${found}, this Headgate knows version ${version}`,
    );
  }
  return true;
}

export async function ensureLedger(duck: Duck): Promise<void> {
  if (await ledgerExists(duck)) return;
  await transaction(duck, async () => await duck.run(layout));
}

/** Newest first. */
export async function readLedger(duck: Duck, pipeline: string, token?: string): Promise<readonly Publish[]> {
  const rows = await duck.rows(
    `select token, pipeline, run, fence, strftime(published_at, '%Y-%m-%dT%H:%M:%S.%fZ'), positions, tables, checksums ` +
      `from ${table('ledger')} where pipeline = ${quoteText(pipeline)}${token === undefined ? '' : ` and token = ${quoteText(token)}`} ` +
      `order by seq desc`,
  );
  return rows.map((row): Publish => {
    const text = (i: number): string => row[i] ?? '';
    return {
      token: text(0),
      pipeline: text(1),
      run: text(2),
      fence: Number(text(3)),
      at: text(4),
      // `addToLedger` wrote these three columns from values of these types.
      positions: JSON.parse(text(5)) as Record<string, Json>,
      tables: JSON.parse(text(6)) as TableResult[],
      checksums: JSON.parse(text(7)) as string[],
    };
  });
}

/** Inside the caller's transaction. */
export async function addToLedger(duck: Duck, request: PublishRequest, tables: readonly TableResult[]): Promise<void> {
  const { token, pipeline, run, fence, positions, checksums } = request;
  const results = tables.map(({ table: name, staged, added, changed, deduplicated, deleted, rejected, derived, columns }) => ({
    table: name,
    staged,
    added,
    changed,
    deduplicated,
    deleted,
    ...(rejected !== undefined && { rejected }),
    ...(derived && { derived: { ...derived } }),
    ...(columns && { columns: columns.map((change) => ({ ...change })) }),
  }));
  const values = [token, pipeline, run].map(quoteText).join(', ');
  const facts = [positions, results, checksums].map((fact) => quoteText(canonicalJson(fact))).join(', ');
  await duck.run(
    `insert into ${table('ledger')} select coalesce(max(seq), 0) + 1, ${values}, ${fence}, now(), ${facts} from ${table('ledger')}`,
  );
  await duck.run(
    `delete from ${table('ledger')} where pipeline = ${quoteText(pipeline)} and seq <= ` +
      `(select seq from ${table('ledger')} where pipeline = ${quoteText(pipeline)} order by seq desc limit 1 offset ${kept})`,
  );
}

/** Inside the caller's transaction. The write makes a second publish of the pipeline conflict with this one. */
export async function checkFence(duck: Duck, pipeline: string, fence: number): Promise<void> {
  const own = await duck.run(
    `update ${table('fence')} set fence = fence where pipeline = ${quoteText(pipeline)} and fence = ${fence}`,
  );
  if (own === 0) throw new HeadgateError('publish.fenced', `publishing pipeline ${pipeline}: another run has taken it over`);
}

export async function takeOver(duck: Duck, pipeline: string, wanted?: number): Promise<Claim> {
  await ensureLedger(duck);
  return await transaction(duck, async () => {
    const own = `where pipeline = ${quoteText(pipeline)}`;
    const current = await count(duck, `select max(fence) from ${table('fence')} ${own}`);
    const fence = wanted ?? current + 1;
    if (fence < current)
      throw new HeadgateError('publish.fenced', `claiming pipeline ${pipeline}: a newer run has taken it over`);
    if ((await duck.run(`update ${table('fence')} set fence = ${fence} ${own}`)) === 0) {
      await duck.run(`insert into ${table('fence')} values (${quoteText(pipeline)}, ${fence})`);
    }
    await dropStages(duck, pipeline);
    const [last] = await readLedger(duck, pipeline);
    return { fence, ...(last && { last }) };
  });
}

export interface StageRef {
  readonly namespace: string;
  readonly name: string;
}

/** A stage as `Staged.ref` carries it. */
export const stageText = ({ namespace, name }: StageRef): string => JSON.stringify([namespace, name]);

export function stageOf(ref: string): StageRef {
  const [namespace = '', name = ''] = JSON.parse(ref) as string[]; // `stageText` wrote it
  return { namespace, name };
}

export async function registerStage(duck: Duck, pipeline: string, attempt: string, stage: StageRef): Promise<void> {
  const values = [pipeline, attempt, stage.namespace, stage.name].map(quoteText).join(', ');
  await duck.run(`insert into ${table('stage')} values (${values})`);
}

/** Drops what a pipeline, or one of its writers, has staged. Inside the caller's transaction. */
export async function dropStages(duck: Duck, pipeline: string, names?: readonly string[]): Promise<void> {
  const which =
    `where pipeline = ${quoteText(pipeline)}` + (names ? ` and name in (${names.map(quoteText).join(', ') || 'null'})` : '');
  for (const [namespace, name] of await duck.rows(`select namespace, name from ${table('stage')} ${which}`)) {
    await duck.run(`drop table if exists ${quoteTable({ namespace: namespace ?? '', name: name ?? '' })}`);
  }
  await duck.run(`delete from ${table('stage')} ${which}`);
}
