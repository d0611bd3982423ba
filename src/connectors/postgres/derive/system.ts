/** Derivations in a transaction of PostgreSQL. */
import type { System, Write } from '../../_sql/derive/derive.ts';
import type { Grammar, Transaction } from '../../_sql/derive/grammar.ts';
import type { Tables } from '../../_sql/derive/tables.ts';
import { quoteName, quoteText } from '../../_sql/names.ts';
import type { Session } from '../session.ts';
import { grammarOf } from './grammar.ts';
import { addSql, changeSql, collapseSql, forgetSql, layout, sharedSql } from './profiles.ts';

export async function systemOf(session: Session, doing: string): Promise<System> {
  const { version } = await session.row(`select current_setting('server_version_num') as version`, doing);
  const grammar = grammarOf(Number(version));
  const tx: Transaction = {
    run: (sql) => session.run(sql, doing),
    first: async (sql) => Object.values((await session.rows(sql, doing))[0] ?? {}),
    rows: (sql) => fetched(session, sql, doing),
  };
  return {
    grammar,
    tx,
    prepare: async (tables) => await prepare(session, tables, doing),
    forget: forgetSql,
    filled: async (table) => void (await session.rows(`analyze ${quoteName(table)} (own, own_fresh)`, doing)),
    writeProfiles: async (rows, of) => await writeProfiles(grammar, tx, rows, of),
  };
}

const fetchRows = 500;

async function* fetched(session: Session, sql: string, doing: string): AsyncGenerator<readonly (string | null)[]> {
  const cursor = 'hg_rows';
  await session.rows(`declare ${cursor} no scroll cursor for ${sql}`, doing);
  for (let some = fetchRows; some === fetchRows;) {
    const rows = await session.rows(`fetch ${fetchRows} from ${cursor}`, doing);
    some = rows.length;
    yield* rows.map((row) => Object.values(row));
  }
  await session.rows(`close ${cursor}`, doing);
}

/** One publish at a time writes profiles: two imports may have something to say about the same one. */
async function prepare(session: Session, tables: Tables, doing: string): Promise<void> {
  // Compiling an expression per attribute costs more than running it.
  await session.rows(`select set_config('jit', 'off', true)`, doing);
  await session.rows(`select pg_advisory_xact_lock(hashtextextended('headgate derive ' || $1, 0))`, doing, [tables.namespace]);
  const { found } = await session.row('select to_regclass($1)::text as found', doing, [tables.properties]);
  if (found === null) for (const sql of layout(tables)) await session.rows(sql, doing);
}

async function writeProfiles(
  grammar: Grammar,
  tx: Transaction,
  rows: string,
  of: Write,
): Promise<{ added: number; changed: number }> {
  const merged = of.alone ? rows : await collapse(grammar, tx, rows, of);
  const [imports] = await tx.first(`select count(*)::text as imports from ${of.tables.imports}`);
  // Looking for profiles of others costs a join, and with one import there are none.
  const shared = Number(imports) > 1 ? await tx.run(sharedSql(merged, of)) : 0;
  const changed = await withRoom(tx, async () => await tx.run(changeSql(merged, of)));
  return { added: await tx.run(addSql(merged, of)), changed: changed + shared };
}

/** Profiles are wide: a join of half a million with what they become writes to disk what does not fit into 270 MB, and reads it again. */
async function withRoom<T>(tx: Transaction, act: () => Promise<T>): Promise<T> {
  const [usual] = await tx.first(`select current_setting('work_mem')`);
  const most = `greatest(pg_size_bytes(current_setting('work_mem')) / 1024, ${160 * 1024})::text || 'kB'`;
  await tx.first(`select set_config('work_mem', ${most}, true)`);
  const result = await act();
  await tx.first(`select set_config('work_mem', ${quoteText(usual ?? '')}, true)`);
  return result;
}

async function collapse(grammar: Grammar, tx: Transaction, rows: string, { founders }: Write): Promise<string> {
  const twice = 'hg_twice';
  // Numbers are compared in a third of the time; most often there are none.
  const hash = grammar.hash('profile', 0);
  const some = founders ? `(select * from ${rows} a where not (open and fresh))` : rows;
  const maybe = `select ${hash} from ${some} r group by 1 having count(*) > 1`;
  const made = `select profile from ${some} r where ${hash} in (${maybe}) group by profile having count(*) > 1`;
  await tx.run(grammar.createTemp(twice, made));
  const [found] = await tx.first(`select count(*)::text as found from ${grammar.temp(twice)}`);
  return Number(found) === 0 ? rows : collapseSql(rows, grammar.temp(twice));
}

/** Schemas that hold what was derived. */
export async function derivedNamespaces(session: Session, doing: string): Promise<readonly string[]> {
  const rows = await session.rows(
    `select n.nspname as name from pg_class v join pg_namespace n on n.oid = v.relnamespace
     where v.relname = 'profile_properties' and v.relkind = 'v' and to_regclass(format('%I.imports', n.nspname)) is not null`,
    doing,
  );
  return rows.map(({ name }) => name ?? '');
}
