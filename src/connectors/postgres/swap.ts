/** Replaces a table by a new one: everything slow is done to the new one first, then both change places in one moment. */
import { refName, type TableRef } from '../../domain/schema.ts';
import { quoteName, quoteTable, quoteText } from '../_sql/names.ts';
import { ownTable } from './names.ts';
import type { Row } from '../_pg/session.ts';
import type { Session } from './session.ts';

/** A part of the old table that the new one gets under a name for now, and under the old one's in the end. */
interface Part {
  readonly create: string;
  readonly rename: string;
  readonly comment: string | undefined;
}

export interface SwapPlan {
  readonly parts: readonly Part[];
  readonly owner: string | undefined;
  readonly grants: readonly string[];
  readonly settings: readonly string[];
  /** A table whose readers' plans rest on statistics has them from the first moment; one that never had any waits its turn. */
  readonly statistics: readonly string[];
  readonly comment: string | undefined;
  readonly views: readonly string[];
}

/** Definitions come with full names only while no schema is searched. */
async function withoutSearchPath<T>(session: Session, doing: string, read: () => Promise<T>): Promise<T> {
  const { path } = await session.row(`select current_setting('search_path') as path`, doing);
  await session.rows(`select set_config('search_path', '', true)`, doing);
  const answer = await read();
  await session.rows(`select set_config('search_path', $1, true)`, doing, [path ?? '']);
  return answer;
}

const constraintsSql = `
  select k.conname as name, pg_get_constraintdef(k.oid) as def, obj_description(k.oid, 'pg_constraint') as comment
  from pg_constraint k where k.conrelid = $1::oid and k.contype in ('p', 'u', 'x') order by k.contype, k.conname`;

const indexesSql = `
  select c.relname as name, i.indisunique::text as unique, obj_description(c.oid, 'pg_class') as comment,
    substr(pg_get_indexdef(c.oid), length(format('CREATE %sINDEX %I ON %I.%I ', case when i.indisunique then 'UNIQUE ' end,
      c.relname, n.nspname, t.relname)) + 1) as def
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
  join pg_namespace n on n.oid = t.relnamespace
  where i.indrelid = $1::oid and not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))
  order by c.relname`;

const tableSql = `
  select pg_get_userbyid(c.relowner) as owner, (c.relowner <> (select oid from pg_roles where rolname = current_user))::text as other,
    obj_description(c.oid, 'pg_class') as comment,
    array_to_string(c.reloptions || array(select 'toast.' || o from pg_class s, unnest(s.reloptions) o where s.oid = c.reltoastrelid), ', ')
      as settings,
    (c.relacl is not null)::text as has_grants, (c.reltuples > 0)::text as analyzed
  from pg_class c where c.oid = $1::oid`;

const grantsSql = `
  select case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as grantee,
    string_agg(a.privilege_type, ', ') as rights, a.is_grantable::text as grantable
  from pg_class c, aclexplode(c.relacl) a where c.oid = $1::oid group by a.grantee, a.is_grantable`;

/** Views that read the table itself. Those that read such a view only know the view, which stays. */
const viewsSql = `
  select distinct format('create or replace view %I.%I%s as %s', n.nspname, v.relname,
    case when v.reloptions is not null then ' with (' || array_to_string(v.reloptions, ', ') || ')' end, pg_get_viewdef(v.oid)) as sql
  from pg_depend d join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
  join pg_class v on v.oid = r.ev_class join pg_namespace n on n.oid = v.relnamespace
  where d.refclassid = 'pg_class'::regclass and d.refobjid = $1::oid and v.oid <> $1::oid`;

/** What must be made again, as statements over the new table while it is still the stage. */
export async function planSwap(session: Session, oid: string, table: TableRef, stage: string): Promise<SwapPlan> {
  const doing = `replacing ${refName(table)}`;
  const read = (sql: string): Promise<readonly Row[]> => session.rows(sql, doing, [oid]);
  return withoutSearchPath(session, doing, async () => {
    const target = quoteTable({ namespace: table.namespace ?? 'public', name: table.name });
    const constraints = (await read(constraintsSql)).map((row, n) => constraintPart(row, target, stage, `c${n}_${stage}`));
    const indexes = (await read(indexesSql)).map((row, n) => indexPart(row, table, stage, `i${n}_${stage}`));
    const [facts = {}] = await read(tableSql);
    const grants = facts.has_grants === 'true' ? await read(grantsSql) : [];
    return {
      parts: [...constraints, ...indexes],
      owner: facts.other === 'true' ? quoteName(facts.owner ?? '') : undefined,
      grants: grants.map(({ rights, grantee, grantable }) => {
        return `grant ${rights} on ${target} to ${grantee}${grantable === 'true' ? ' with grant option' : ''}`;
      }),
      settings: facts.settings ? [`alter table ${ownTable(stage)} set (${facts.settings})`] : [],
      statistics: facts.analyzed === 'true' ? [`analyze ${ownTable(stage)}`] : [],
      comment: facts.comment == null ? undefined : `comment on table ${target} is ${quoteText(facts.comment)}`,
      views: (await read(viewsSql)).map(({ sql }) => sql ?? ''),
    };
  });
}

const commented = (what: string, comment: string | null | undefined): string | undefined =>
  comment == null ? undefined : `comment on ${what} is ${quoteText(comment)}`;

function constraintPart({ name, def, comment }: Row, target: string, stage: string, now: string): Part {
  const final = quoteName(name ?? '');
  return {
    create: `alter table ${ownTable(stage)} add constraint ${quoteName(now)} ${def}`,
    rename: `alter table ${target} rename constraint ${quoteName(now)} to ${final}`,
    comment: commented(`constraint ${final} on ${target}`, comment),
  };
}

function indexPart({ name, def, unique, comment }: Row, table: TableRef, stage: string, now: string): Part {
  const schema = quoteName(table.namespace ?? 'public');
  const final = quoteName(name ?? '');
  return {
    create: `create ${unique === 'true' ? 'unique ' : ''}index ${quoteName(now)} on ${ownTable(stage)} ${def}`,
    rename: `alter index ${schema}.${quoteName(now)} rename to ${final}`,
    comment: commented(`index ${schema}.${final}`, comment),
  };
}

/**
 * Inside the publish. The old table is only locked once the new one is complete; readers wait for the last few
 * statements and then see all of the new rows.
 */
export async function swapTable(session: Session, oid: string, table: TableRef, stage: string): Promise<void> {
  const doing = `replacing ${refName(table)}`;
  const run = async (statements: readonly string[]): Promise<void> => {
    for (const sql of statements) await session.rows(sql, doing);
  };
  const plan = await planSwap(session, oid, table, stage);
  await run([...plan.settings, ...plan.parts.map(({ create }) => create), ...plan.statistics]);
  const target = quoteTable({ namespace: table.namespace ?? 'public', name: table.name });
  const old = `old_${stage}`;
  await run([
    `lock table ${target} in access exclusive mode`,
    `alter table ${target} rename to ${quoteName(old)}`,
    ...intoPlace(stage, table),
    ...(plan.owner === undefined ? [] : [`alter table ${target} owner to ${plan.owner}`]),
  ]);
  if (plan.grants.length > 0) await run([...(await defaultGrants(session, target, doing)), ...plan.grants]);
  await run([
    ...(plan.comment === undefined ? [] : [plan.comment]),
    ...plan.views,
    `drop table ${quoteTable({ namespace: table.namespace ?? 'public', name: old })}`,
    ...plan.parts.map(({ rename }) => rename),
    ...plan.parts.flatMap(({ comment }) => comment ?? []),
  ]);
}

/** Takes back what the new table got by default privileges, so that only the old one's grants remain. */
async function defaultGrants(session: Session, target: string, doing: string): Promise<readonly string[]> {
  const rows = await session.rows(
    `select distinct case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as grantee
     from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a where c.oid = ${quoteText(target)}::regclass`,
    doing,
  );
  return rows.map(({ grantee }) => `revoke all on ${target} from ${grantee}`);
}

/** A stage becomes the table of that name. */
export function intoPlace(stage: string, table: TableRef): readonly string[] {
  const schema = quoteName(table.namespace ?? 'public');
  return [
    `alter table ${ownTable(stage)} set schema ${schema}`,
    `alter table ${schema}.${quoteName(stage)} rename to ${quoteName(table.name)}`,
  ];
}
