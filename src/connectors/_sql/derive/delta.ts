/** What a publish will change in its table, as rows of a derivation: taken before the table is written. Pure. */
import type { Field } from '../../../domain/schema.ts';
import type { Derivation, Target } from '../../../sdk/index.ts';
import { quoteName, quoteText } from '../names.ts';
import type { Grammar, Piece } from './grammar.ts';
import type { Tables } from './tables.ts';

export interface DeltaOf {
  readonly target: Target;
  readonly derive: Derivation;
  readonly tables: Tables;
  /** Quoted names: of the rows that arrive, and of the table as it was, where rows of it are compared or taken back. */
  readonly stage: string;
  readonly table?: string;
  /** Condition for rows of the table that count as gone already. */
  readonly softened?: string;
  readonly pipeline: string;
  readonly run: string;
}

/** Name of the temporary table with one row per row that is new, changed or gone. */
export const delta = 'hg_delta';

const fieldOf = ({ schema }: Target, column: string): Field =>
  schema.fields.find(({ name }) => name === column) ?? { name: column, type: { kind: 'text' }, nullable: true };

/** Types whose texts are never blank, nor have blanks around them. */
const tight: readonly string[] = ['integer', 'uuid', 'date', 'boolean'];

/** The value of a column that identifies somebody, as a text; NULL where it identifies nobody. */
export function identityText(
  grammar: Grammar,
  { target, derive: { refused } }: Pick<DeltaOf, 'target' | 'derive'>,
  column: string,
  alias: string,
): string {
  const value = grammar.text(`${alias}.${quoteName(column)}`);
  const text = tight.includes(fieldOf(target, column).type.kind) ? value : `nullif(trim(${value}), '')`;
  return refused.length === 0 ? text : `case when ${text} not in (${refused.map(quoteText).join(', ')}) then ${text} end`;
}

/** The column of which every row has a value of its own, with a text of its own, where the publish has made sure of that. */
export function keyColumn({ target, table }: Pick<DeltaOf, 'target' | 'table'>): string | undefined {
  const [only, ...others] = keyOf(target);
  if (table === undefined || only === undefined || others.length > 0) return undefined;
  return tight.includes(fieldOf(target, only).type.kind) ? only : undefined;
}

/** Does no column identify anybody? */
export function isNobody(
  grammar: Grammar,
  of: Pick<DeltaOf, 'target' | 'derive'>,
  columns: readonly string[],
  alias: string,
): string {
  const plain = (column: string): boolean =>
    of.derive.refused.length === 0 && tight.includes(fieldOf(of.target, column).type.kind);
  const cheapFirst = [...columns.filter(plain), ...columns.filter((column) => !plain(column))];
  return cheapFirst
    .map((column) => (plain(column) ? `${alias}.${quoteName(column)}` : identityText(grammar, of, column, alias)))
    .map((value) => `${value} is null`)
    .join(' and ');
}

/**
 * Is the JSON of every attribute a single value under a name of its own? What reads numbers as floats then reads all of it as it
 * is: decimals are texts there.
 */
export function isPlain({ target, derive: { attributes, sets } }: Pick<DeltaOf, 'target' | 'derive'>): boolean {
  const all = sets ? sets.attributes : attributes;
  const kinds = all.map(({ column }) => fieldOf(target, column).type.kind);
  return (
    !kinds.some((kind) => kind === 'json' || kind === 'array') && new Set(all.map(({ property }) => property)).size === all.length
  );
}

/** May a value of this type be longer than a limit on texts? */
const unbounded = ({ type: { kind } }: Field): boolean => ['text', 'json', 'bytes', 'array', 'opaque', 'decimal'].includes(kind);

/** True for a value that is there and too long to keep; absent where none can be. */
export function tooLong(
  grammar: Grammar,
  { target, derive }: Pick<DeltaOf, 'target' | 'derive'>,
  column: string,
): string | undefined {
  const { value, list } = derive.limits;
  const [field, name] = [fieldOf(target, column), `s.${quoteName(column)}`];
  if (list && field.type.kind === 'array') return grammar.longList(field, name, list);
  if (value === undefined || !unbounded(field)) return undefined;
  return `length(${grammar.text(name)}) > ${value}`;
}

/** Who the row is about: columns `p0` for a given id, then `i1`, `i2`… for identities. */
function whoColumns(grammar: Grammar, of: DeltaOf, alias: string): readonly string[] {
  const { derive } = of;
  const id = derive.id === undefined ? 'null' : identityText(grammar, of, derive.id, alias);
  const identities = derive.identities.map(({ column }, i) => `${identityText(grammar, of, column, alias)} as i${i + 1}`);
  return [`cast(${id} as varchar) as p0`, ...identities];
}

function momentOf(grammar: Grammar, { target, derive }: DeltaOf, alias: string): string {
  if (!derive.time) return 'cast(null as timestamptz)';
  const { column, unit } = derive.time;
  return grammar.instant(fieldOf(target, column), `${alias}.${quoteName(column)}`, unit);
}

/** An event without a value in its own field is known by its content. */
function eventId(grammar: Grammar, { target, derive, pipeline, run }: DeltaOf, alias: string): string {
  const texts = (names: readonly string[]): readonly string[] => names.map((name) => `${alias}.${quoteName(name)}`);
  const salt = derive.event === 'run' ? `${pipeline}\n${run}\n` : `${pipeline}\n`;
  const content = grammar.content(texts(target.schema.fields.map(({ name }) => name)));
  const digest = grammar.digest(`${quoteText(salt)} || ${content}`);
  if (typeof derive.event === 'string') return digest;
  const [only, ...others] = texts(derive.event);
  if (only !== undefined && others.length === 0) return `coalesce(${grammar.text(only)}, ${digest})`;
  return grammar.digest(grammar.content(texts(derive.event)));
}

const keyOf = ({ policy, schema }: Target): readonly string[] => policy.key ?? schema.key ?? [];

const onKey = (target: Target): string =>
  keyOf(target)
    .map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`)
    .join(' and ');

function differing(grammar: Grammar, { target }: DeltaOf, columns: readonly string[]): string {
  const parts = columns.map((name) => grammar.differs(fieldOf(target, name), `s.${quoteName(name)}`, `t.${quoteName(name)}`));
  return parts.length === 0 ? 'false' : `(${parts.join(' or ')})`;
}

const whoNames = ({ id, identities }: Derivation): readonly string[] => [
  ...(id === undefined ? [] : [id]),
  ...identities.map(({ column }) => column),
];

const isNew = (of: DeltaOf): string => `t.${quoteName(keyOf(of.target)[0] ?? '')} is null`;

function join(of: DeltaOf): string {
  if (of.table === undefined) return '';
  return ` left join ${of.table} t on ${onKey(of.target)}${of.softened === undefined ? '' : ` and not (${of.softened})`}`;
}

/** The table as it was counts only for what is gone from it. */
function goneWhere(of: DeltaOf, moved: string): string {
  const missing = `not exists (select 1 from ${of.stage} s where ${onKey(of.target)})`;
  const changed = moved === 'false' ? '' : ` or exists (select 1 from ${of.stage} s where ${onKey(of.target)} and ${moved})`;
  return `(${missing}${changed})${of.softened === undefined ? '' : ` and not (${of.softened})`}`;
}

const takesBack = ({ target, table }: DeltaOf): boolean =>
  table !== undefined && target.policy.mode === 'mirror' && target.policy.deletes !== 'ignore';

/** Objects may be wanted as their text; lists and plain values in JSON are what they are. */
function valueJson(grammar: Grammar, { target, derive }: DeltaOf, column: string, name: string): string {
  const field = fieldOf(target, column);
  const value = grammar.json(field, name);
  if (field.type.kind !== 'json' || derive.objects !== 'text') return value;
  const text = grammar.text(name);
  const quoted = grammar.json({ ...field, type: { kind: 'text' } }, text);
  return `case when ltrim(${text}) like '{%' then ${quoted} else ${value} end`;
}

function attributePieces(
  grammar: Grammar,
  of: DeltaOf,
  alias: string,
  when: (column: string) => readonly string[],
  attributes = of.derive.attributes,
): readonly Piece[] {
  return attributes.map(({ column, property }) => {
    const name = `${alias}.${quoteName(column)}`;
    const conditions = when(column);
    const given = (value: string, all = conditions): string =>
      all.length === 0 ? value : `case when ${all.join(' and ')} then ${value} end`;
    const native = grammar.native?.(fieldOf(of.target, column), name);
    return {
      property,
      value: given(valueJson(grammar, of, column, name), [`${name} is not null`, ...conditions]),
      ...(native !== undefined && { native: given(native) }),
    };
  });
}

const short = (grammar: Grammar, of: DeltaOf, column: string): readonly string[] => {
  const long = tooLong(grammar, of, column);
  return long === undefined ? [] : [`not (${long})`];
};

/** What an event says of its profile: nothing, where it goes. */
function alsoSets(grammar: Grammar, of: DeltaOf, gone: boolean): readonly string[] {
  const { sets } = of.derive;
  if (!sets) return [];
  const within = { ...of, derive: { ...of.derive, limits: sets.limits } };
  const pieces = gone ? [] : attributePieces(grammar, within, 's', (column) => short(grammar, within, column), sets.attributes);
  return [`${grammar.sets(pieces, isPlain(of))} as sets`, `${grammar.names([])} as unsets`];
}

/** Most rows say all that they have, being new, or hardly anything. `moved` = the condition for rows that are about somebody else now. */
function setsSql(grammar: Grammar, of: DeltaOf, moved: string): string {
  const plain = isPlain(of);
  const all = grammar.sets(
    attributePieces(grammar, of, 's', (column) => short(grammar, of, column)),
    plain,
  );
  if (of.table === undefined) return all;
  const some = attributePieces(grammar, of, 's', (column) => {
    const different = grammar.differs(fieldOf(of.target, column), `s.${quoteName(column)}`, `t.${quoteName(column)}`);
    return [...short(grammar, of, column), different];
  });
  // Texts that are not there cost nothing.
  const few = grammar.sets(
    some.map(({ property, value }) => ({ property, value })),
    plain,
  );
  return `case when ${isNew(of)}${moved === 'false' ? '' : ` or ${moved}`} then ${all} else ${few} end`;
}

/** A new row has nothing to take away. */
function unsetsSql(grammar: Grammar, of: DeltaOf): string {
  const { derive, target, table } = of;
  const none = grammar.names([]);
  if (target.policy.nulls !== 'write') return none;
  const missing = derive.attributes.map(({ column, property }) => ({ column, property, when: `s.${quoteName(column)} is null` }));
  if (table === undefined) return grammar.names(missing);
  const lost = missing.map(({ column, property, when }) => ({
    property,
    when: `${when} and t.${quoteName(column)} is not null`,
  }));
  return `case when ${isNew(of)} then ${none} else ${grammar.names(lost)} end`;
}

export function profileDelta(grammar: Grammar, of: DeltaOf): string {
  const { derive, target, stage, table } = of;
  // Columns of the key are equal in both rows.
  const who = whoNames(derive).filter((name) => !keyOf(target).includes(name));
  const moved = table === undefined || who.length === 0 ? 'false' : differing(grammar, of, who);
  const columns = [
    'false as gone',
    `s.${grammar.place} as place`,
    `${momentOf(grammar, of, 's')} as moment`,
    ...whoColumns(grammar, of, 's'),
    `${setsSql(grammar, of, moved)} as sets`,
    `${unsetsSql(grammar, of)} as unsets`,
  ];
  const attributes = derive.attributes.map(({ column }) => column);
  const where = table === undefined ? '' : ` where ${isNew(of)} or ${differing(grammar, of, [...who, ...attributes])}`;
  const arriving = `select ${columns.join(', ')} from ${stage} s${join(of)}${where}`;
  const rest = ['gone', 'place', 'moment', 'sets', 'unsets'];
  if (!takesBack(of)) return known(grammar, of, arriving, rest);
  const left = derive.attributes.map(({ column, property }) => ({ property, when: `t.${quoteName(column)} is not null` }));
  const gone = [
    'true',
    'null',
    'cast(null as timestamptz)',
    ...whoColumns(grammar, of, 't'),
    grammar.sets([], isPlain(of)),
    grammar.names(left),
  ];
  return known(
    grammar,
    of,
    `${arriving} union all select ${gone.join(', ')} from ${table} t where ${goneWhere(of, moved)}`,
    rest,
  );
}

export function eventDelta(grammar: Grammar, of: DeltaOf): string {
  const { derive, target, stage, table } = of;
  const all = target.schema.fields.map(({ name }) => name);
  const columns = (alias: string, gone: boolean): string =>
    [
      `${gone} as gone`,
      `${gone ? 'null' : `${alias}.${grammar.place}`} as place`,
      `${momentOf(grammar, of, alias)} as moment`,
      ...whoColumns(grammar, of, alias),
      `${eventId(grammar, of, alias)} as event`,
      `${gone ? grammar.object([]) : grammar.object(attributePieces(grammar, of, alias, (column) => short(grammar, of, column)))} as properties`,
      ...alsoSets(grammar, of, gone),
    ].join(', ');
  const where = table === undefined ? '' : ` where ${isNew(of)} or ${differing(grammar, of, all)}`;
  const arriving = `select ${columns('s', false)} from ${stage} s${join(of)}${where}`;
  const rest = ['gone', 'place', 'moment', 'event', 'properties', ...(derive.sets ? ['sets', 'unsets'] : [])];
  if (table === undefined) return known(grammar, of, arriving, rest);
  // An event whose row changed is taken back under its old id; its new form comes under that of its new content.
  const different = differing(grammar, of, all);
  const replaced = `exists (select 1 from ${stage} s where ${onKey(target)} and ${different})`;
  const condition = takesBack(of) ? goneWhere(of, different) : replaced;
  return known(grammar, of, `${arriving} union all select ${columns('t', true)} from ${table} t where ${condition}`, rest);
}

/**
 * Each row with whose it is, as far as stored identities tell: `own` is its profile, or the one that it would found where it is
 * `open`; `own_fresh` where there is no such profile yet. `i1`… keep the identities that lead nowhere yet; `rivals` is the number
 * of those that lead elsewhere. The lookups are a part of this query so that a system can share them among its processes; numbers
 * for the rows would keep it from that. What is read several times comes first.
 */
function known(grammar: Grammar, { derive, tables }: DeltaOf, query: string, rest: readonly string[]): string {
  const { identities, kind } = derive;
  const names = identities.map((_, i) => ({ own: `d.i${i + 1}`, found: `x${i + 1}.profile` }));
  const joins = identities.map(
    ({ type }, i) =>
      ` left join ${tables.identities} x${i + 1} on x${i + 1}.kind = ${quoteText(kind)} and x${i + 1}.type = ${quoteText(type)} and x${i + 1}.value = d.i${i + 1}`,
  );
  const settled = names.length === 0 ? 'd.p0' : `coalesce(d.p0, ${names.map(({ found }) => found).join(', ')})`;
  const founding = identities.map(
    ({ type }, i) => `when d.i${i + 1} is not null then ${founded(grammar, kind, type, `d.i${i + 1}`)}`,
  );
  const made = names.length === 0 ? 'null' : `case when d.gone then null ${founding.join(' ')} end`;
  const someone = names.length === 0 ? 'null' : `coalesce(${names.map(({ own }) => own).join(', ')})`;
  const rivals = names.map(({ found }) => `case when ${found} <> ${settled} then 1 else 0 end`);
  const loose = names.map((_, i) => `i${i + 1}`);
  const columns = [
    `coalesce(${settled}, ${made}) as own`,
    `not d.gone and ${settled} is null and ${someone} is not null as open`,
    `${rivals.join(' + ') || '0'} as rivals`,
    ...names.map(({ own, found }, i) => `case when ${found} is null then ${own} end as i${i + 1}`),
    ...rest.map((name) => `d.${name}`),
  ];
  const looked = `select ${columns.join(', ')} from (${query}) d${joins.join('')}`;
  const all = ['own', 'p.id is null as own_fresh', 'open', 'rivals', ...loose, ...rest].map((name) =>
    name.includes(' ') ? name : `k.${name}`,
  );
  return `select ${all.join(', ')} from (${looked}${grammar.apart}) k left join ${tables.profiles} p on p.kind = ${quoteText(kind)} and p.id = k.own`;
}

/** The id of a profile that an identity founds: the same in every run. */
export const founded = (grammar: Grammar, kind: string, type: string, value: string): string =>
  grammar.digest(`${quoteText(`${kind}\n${type}\n`)} || ${value}`);
