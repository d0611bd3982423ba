/** A document opened to be judged: filtered, converted, each row with what is wrong with it. */
import { HeadgateError } from '../domain/error.ts';
import type { Column } from '../domain/policy.ts';
import type { RowRules } from '../domain/rules.ts';
import type { Schema } from '../domain/schema.ts';
import type { LogicalType } from '../domain/types.ts';
import { openKnown } from '../rules/meanings/known.ts';
import { openSets } from '../rules/sets.ts';
import { fromWire, quoteName } from '../sdk/duck-sql.ts';
import type { Duck } from '../sdk/index.ts';
import { broken, documentName, fileName, isTyped, raw, refs, relation, rowNumber, sameType } from './document.ts';
import type { Document, Lenient } from './document.ts';
import { fit } from './fit.ts';
import { judgements, type Judged } from './judge.ts';
import { forgetErrors } from './rejects.ts';
import { rowSql, type Limit, type RowColumn, type RowSql } from './row.ts';

export interface Shaping {
  readonly input: Document;
  /** Which columns, in the order of the output, under which names. Their types are the output's. */
  readonly columns: readonly Column[];
  /** A filter in DuckDB's SQL over the document's fields with their types. */
  readonly where?: string;
  /** Names the columns as the output does; where absent, only types are judged. */
  readonly rules?: RowRules;
  /** The columns that come out. */
  readonly schema: Schema;
  /** What their values must be besides their type, by name. */
  readonly limits?: Readonly<Record<string, Limit>>;
  /** Where files may be made: a path whose extensions are free. */
  readonly scratch: string;
}

export interface Prepared {
  readonly columns: readonly RowColumn[];
  /** What people call each column. */
  readonly names: readonly string[];
  readonly row: RowSql;
}

export function prepare({ input, columns, schema, rules, limits = {} }: Shaping): Prepared {
  const places = new Map(input.schema.fields.map((field, at) => [field.name, { field, at }]));
  const made = columns.map((column, i): RowColumn => {
    const place = places.get(column.from);
    const target = schema.fields[i];
    if (!place || !target)
      throw new HeadgateError('field.missing', `converting ${documentName(input)}: there is no field ${column.from}`);
    const type = rules?.fields.find(({ name }) => name === column.as)?.type ?? target.type;
    const text = column.mask ? `sha256(${raw(place.at)})` : raw(place.at);
    const means = rules?.fields.find(({ name }) => name === column.as)?.means;
    const trusted =
      column.mask !== undefined || (!means && isTyped(input) && !place.field.loose && sameType(place.field.type, type));
    const zeros = refs(input).some(({ csv }) => csv?.zeros) && fit(type, text).test === undefined;
    const guessed = place.field.guessed === true && !column.mask && !rules && sameType(place.field.type, type);
    return { name: column.as, raw: text, type, trusted, zeros, guessed, ...limits[column.as] };
  });
  return {
    columns: made,
    names: rules ? columns.map(({ as }) => as) : columns.map(({ from }) => from),
    row: rowSql(made, rules),
  };
}

export interface Pass {
  /** The relation whose rows are judged, with every column that the judgements name. */
  readonly from: string;
  /** The same with row numbers, which cost a thread: they are asked for only where a row is to be named. */
  readonly numbered: string;
  readonly judged: readonly Judged[];
}

/** Opens the document once more, with what has to be known about all of it. */
export async function openPass(duck: Duck, of: Shaping, { columns, names, row }: Prepared, lenient?: Lenient): Promise<Pass> {
  const { rules, scratch } = of;
  const document = await relation(duck, of.input, lenient);
  const judgedRows = (rows: string, kept: readonly string[] = []): string =>
    row.layer(filtered(rows, of, [...kept, ...(lenient ? [broken, fileName] : [])]));
  const from = judgedRows(document);
  const numbered = judgedRows(`(select row_number() over () as ${rowNumber}, * from ${document})`, [rowNumber]);
  const { cellOf } = row;
  for (const known of row.facts) await openKnown(duck, known, { from: filtered(document, of), scratch });
  const setOf = await openSets(duck, rules?.rules ?? [], { from, cellOf, scratch });
  if (lenient) await forgetErrors(duck, lenient);
  return { from, numbered, judged: judgements(columns, names, row, rules, setOf) };
}

/**
 * A relation with the filter applied. The filter sees the fields under their own names, typed; a line that is no row has
 * none to filter by and stays, to be refused. The line break ends a comment behind the filter.
 */
function filtered(from: string, { input, where }: Shaping, kept: readonly string[] = []): string {
  if (where === undefined) return from;
  const typed = input.schema.fields.map(({ name, type }, at) => `${typedValue(type, raw(at))} as ${quoteName(name)}`);
  const always = kept.includes(broken) ? `${broken} or ` : '';
  // Behind the filter their names are gone: they could be those of our own columns.
  const raws = input.schema.fields.map((_, at) => raw(at));
  return `(select ${[...raws, ...kept].join(', ')} from (select *, ${typed.join(', ')} from ${from}) where ${always}(${where}\n))`;
}

function typedValue(type: LogicalType, text: string): string {
  const { test } = fit(type, text);
  return test === undefined ? text : `case when coalesce(${test}, false) then ${fromWire(type, text)} end`;
}

/** Binds the filter against no rows, so that its mistakes are told apart from those of the document. Throws `stream.query`. */
export async function checkFilter(duck: Duck, of: Shaping): Promise<void> {
  const nothing = of.input.schema.fields.map((_, at) => `cast(null as VARCHAR) as ${raw(at)}`).join(', ');
  try {
    await duck.rows(`select 1 from ${filtered(`(select ${nothing})`, of)}`);
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'query.invalid') throw error;
    throw new HeadgateError('stream.query', `filtering ${documentName(of.input)}: ${error.message.replace(/^[^:]*: /, '')}`, {
      cause: error,
    });
  }
}
