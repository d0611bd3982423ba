import { nameList, quoteName, quoteText } from '../../sdk/duck-sql.ts';

/** Tables that live only inside a publish. */
export const temporary = {
  rows: 'temp._headgate_rows',
  match: 'temp._headgate_match',
  changed: 'temp._headgate_changed',
} as const;

/** The column that says when a row was deleted softly. */
export const deletedAt = '_deleted_at';

export interface Merge {
  /** Quoted name of the target. */
  readonly table: string;
  /** Quoted name of the table with the incoming rows: one per key, no NULL in a key. */
  readonly rows: string;
  readonly key: readonly string[];
  /** The columns that arrive, without the key. */
  readonly values: readonly string[];
  /** The columns of the target that do not arrive. */
  readonly others: readonly string[];
  /** Columns of type INTERVAL: DuckDB calls 30 days and 1 month equal, so they are compared as text. */
  readonly intervals: readonly string[];
  /** What a value becomes; `s` is the incoming row, `t` the stored one, all NULL where the key is new. */
  effective(column: string): string;
  /** Only these incoming rows are written. */
  readonly where?: string;
  /** Of those whose key is there, only these. */
  readonly fresh?: string;
  /** Rows that come back lose their mark. */
  readonly soft: boolean;
}

export const onKey = (key: readonly string[], a = 't', b = 's'): string =>
  key.map((name) => `${a}.${quoteName(name)} = ${b}.${quoteName(name)}`).join(' and ');

export const anyNull = (key: readonly string[]): string => key.map((name) => `${quoteName(name)} is null`).join(' or ');

export const countNullKeys = (rows: string, key: readonly string[]): string =>
  `select count(*) from ${rows} where ${anyNull(key)}`;

export const countDoubleKeys = (rows: string, key: readonly string[]): string =>
  `select count(*) from (select 1 from ${rows} group by ${nameList(key)} having count(*) > 1)`;

/** Pairs every incoming row with the stored one: delete and insert of only what differs is the fastest merge (measured.md section 4). */
export function matchRows(merge: Merge): string {
  const { table, rows, key, values, where, soft, fresh = 'true' } = merge;
  const side = (name: string, value: string): string => (merge.intervals.includes(name) ? `cast(${value} as varchar)` : value);
  const differs = values.map(
    (name) => `${side(name, `t.${quoteName(name)}`)} is distinct from ${side(name, merge.effective(name))}`,
  );
  const different = [...differs, ...(soft ? [`t.${deletedAt} is not null`] : [])].join(' or ') || 'false';
  return (
    `create temp table ${temporary.match} as select s.rowid as incoming, t.rowid as stored, ` +
    `t.rowid is not null and (${different}) and ${fresh} as differs from ${rows} s left join ${table} t on ${onKey(key)}` +
    (where === undefined ? '' : ` where ${where}`)
  );
}

export const countMatches =
  `select count(*), count(distinct incoming), count(*) filter (where stored is null), count(*) filter (where differs) ` +
  `from ${temporary.match}`;

/** The new form of every changed row, taken before the old one goes. */
export function collectChanged(merge: Merge): string {
  const { table, rows, key, values, others } = merge;
  const columns = [
    ...key.map((name) => `s.${quoteName(name)}`),
    ...values.map((name) => `${merge.effective(name)} as ${quoteName(name)}`),
    ...others.map((name) => (merge.soft && name === deletedAt ? `null as ${deletedAt}` : `t.${quoteName(name)}`)),
  ];
  return (
    `create temp table ${temporary.changed} as select ${columns.join(', ')} from ${temporary.match} m ` +
    `join ${rows} s on s.rowid = m.incoming join ${table} t on t.rowid = m.stored where m.differs`
  );
}

export function writeMerge(merge: Merge): readonly string[] {
  const { table, rows, key, values, others } = merge;
  const incoming = nameList([...key, ...values]);
  const all = nameList([...key, ...values, ...others]);
  const fresh = [...key.map((name) => `s.${quoteName(name)}`), ...values.map((name) => merge.effective(name))].join(', ');
  return [
    `delete from ${table} where rowid in (select stored from ${temporary.match} where differs)`,
    `insert into ${table} (${all}) select ${all} from ${temporary.changed}`,
    // `t` is there only so that `effective` can name it: it has no row for a new key.
    `insert into ${table} (${incoming}) select ${fresh} from ${rows} s join ${temporary.match} m on s.rowid = m.incoming ` +
      `left join ${table} t on false where m.stored is null`,
  ];
}

/** Rows of the target whose key is not among the incoming ones (or is among those that `where` names). */
export function deleteRows(table: string, how: 'hard' | 'soft', condition: string): string {
  if (how === 'hard') return `delete from ${table} as t where ${condition}`;
  return `update ${table} as t set ${deletedAt} = now() where t.${deletedAt} is null and (${condition})`;
}

export const missingIn = (rows: string, key: readonly string[]): string =>
  `not exists (select 1 from ${rows} s where ${onKey(key)})`;

/** The newest row of each key, where a version decides; of equal ones the `later` or, without regard to when they came, the same every time. */
export function newestRows(
  rows: string,
  key: readonly string[],
  version: readonly string[],
  { columns, later }: { readonly columns: readonly string[]; readonly later: boolean },
): string {
  const rest = later ? ['rowid desc'] : columns.map((name) => quoteName(name));
  const order = [...version.map((name) => `${quoteName(name)} desc nulls last`), ...rest];
  return `select * from ${rows} qualify row_number() over (partition by ${nameList(key)} order by ${order.join(', ')}) = 1`;
}

/**
 * One row per key of a change stream: each column holds its newest sent value after the last delete of the key or truncate of
 * the table, as `{v: …}`, NULL where none was sent. `_headgate_fresh`: what is stored is gone, so nothing of it survives.
 * `_headgate_gone`: the last word is a delete.
 */
export function collapseChanges(rows: string, key: readonly string[], values: readonly string[]): string {
  const after = '_seq > coalesce(died, -1)';
  const newest = values.map((name) => {
    const sent = `not coalesce(list_contains(cast(_unchanged as varchar[]), ${quoteText(name)}), false)`;
    return `arg_max({'v': ${quoteName(name)}}, _seq) filter (where ${after} and ${sent}) as ${quoteName(name)}`;
  });
  const keys = nameList(key);
  return (
    `create temp table ${temporary.rows} as with live as (select * from ${rows} where _op <> 't' and ` +
    `_seq > (select coalesce(max(_seq), -1) from ${rows} where _op = 't')), ` +
    `dated as (select *, max(_seq) filter (where _op = 'd') over (partition by ${keys}) as died from live) ` +
    `select ${[keys, ...newest].join(', ')}, max(died) is not null as _headgate_fresh, ` +
    `coalesce(max(_seq) = max(died), false) as _headgate_gone from dated group by ${keys}`
  );
}
