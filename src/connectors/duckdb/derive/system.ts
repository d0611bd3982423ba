/** Derivations in a transaction of DuckDB. Publishes of one file wait for each other anyway. */
import type { Duck } from '../../../sdk/index.ts';
import type { System, Write } from '../../_sql/derive/derive.ts';
import { relationExists } from '../catalog.ts';
import { grammar } from './grammar.ts';
import { addSql, changeSql, collapseSql, countChangedSql, forgetSql, layout, onceEach, removeOldSql } from './profiles.ts';

export function systemOf(duck: Duck): System {
  const first = async (sql: string): Promise<readonly (string | null)[]> => (await duck.rows(sql))[0] ?? [];
  return {
    grammar,
    tx: { run: async (sql) => await duck.run(sql), first, rows: (sql) => streamed(duck, sql) },
    prepare: async (tables) => {
      if (await relationExists(duck, { namespace: tables.name, name: 'imports' })) return;
      for (const sql of layout(tables)) await duck.run(sql);
    },
    forget: forgetSql,
    filled: async () => undefined,
    writeProfiles: async (rows, of) => await writeProfiles(duck, rows, of),
  };
}

async function* streamed(duck: Duck, sql: string): AsyncGenerator<readonly (string | null)[]> {
  for await (const rows of (await duck.stream(sql)).batches) yield* rows;
}

async function writeProfiles(duck: Duck, rows: string, of: Write): Promise<{ added: number; changed: number }> {
  const merged = of.alone ? rows : await collapse(duck, rows, of);
  await duck.run(changeSql(merged, of));
  const [changed] = (await duck.rows(countChangedSql(of)))[0] ?? [];
  await duck.run(removeOldSql(of));
  return { added: await duck.run(addSql(merged, of)), changed: Number(changed) };
}

async function collapse(duck: Duck, rows: string, of: Write): Promise<string> {
  const [twice, merged] = [grammar.temp('hg_twice'), grammar.temp('hg_merged')];
  const some = await duck.run(
    grammar.createTemp('hg_twice', `select profile from ${rows} r group by profile having count(*) > 1`),
  );
  if (some === 0) return rows;
  await duck.run(grammar.createTemp('hg_merged', collapseSql(rows, twice, of)));
  return onceEach(rows, twice, merged);
}

/** Schemas that hold what was derived. */
export async function derivedNamespaces(duck: Duck): Promise<readonly string[]> {
  const rows = await duck.rows(
    `select v.schema_name from duckdb_views() v join duckdb_tables() t on t.database_name = v.database_name and t.schema_name = v.schema_name
     where v.database_name = current_database() and v.view_name = 'profile_properties' and t.table_name = 'imports'`,
  );
  return rows.map(([name]) => name ?? '');
}
