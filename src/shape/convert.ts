/**
 * The staged lane: DuckDB opens a document as text, filters, renames, converts and judges its values, and writes one document.
 * The first pass writes the rows that fit and counts the others; only where there are some is the document read again to find
 * what is wrong with them, so that a clean document is read once.
 */
import { rm } from 'node:fs/promises';
import { HeadgateError } from '../domain/error.ts';
import type { Column } from '../domain/policy.ts';
import type { RowRules } from '../domain/rules.ts';
import type { Field, Schema } from '../domain/schema.ts';
import type { LogicalType } from '../domain/types.ts';
import { openSets } from '../rules/sets.ts';
import { checkUnchanged } from '../sdk/file-bytes.ts';
import { fromWire, misfit, quoteName } from '../sdk/duck-sql.ts';
import type { Duck, FormatName } from '../sdk/index.ts';
import {
  broken,
  documentName,
  fileName,
  isTyped,
  raw,
  refs,
  relation,
  rowNumber,
  sameType,
  type Document,
  type Lenient,
} from './document.ts';
import { fit } from './fit.ts';
import { copyStatement, type OutputColumn } from './output.ts';
import { judgedWords, judgements, type Judged } from './judge.ts';
import { collectRejects, forgetErrors, refusal, writeRejects } from './rejects.ts';
import { rowSql, type RowColumn, type RowSql } from './row.ts';

export interface ConvertStep {
  readonly input: Document;
  /** Which columns, in the order of the output, under which names. Their types are the output's. */
  readonly columns: readonly Column[];
  /** A filter in DuckDB's SQL over the document's fields with their types. */
  readonly where?: string;
  /** Names the columns as the output does; where absent, only types are judged. */
  readonly rules?: RowRules;
  readonly output: { readonly format: FormatName; readonly path: string; readonly schema: Schema };
  /** `file` is overwritten: one csv line with a header per refused field. */
  readonly rejects: { readonly limit: number; readonly unit: 'rows' | 'percent'; readonly file?: string };
}

/** `rows` were written, `rejected` were not; rows that the filter left out are in neither. */
export interface Converted {
  readonly rows: number;
  readonly rejected: number;
  readonly warned: readonly Warned[];
}

/** What a rule of level `warning` found, and in how many rows. */
export interface Warned {
  readonly what: string;
  readonly rows: number;
}

/**
 * Throws `value.invalid` or `file.format` at limit 0, naming the first refused row and their number; `rejects.limit` past
 * another limit; `stream.query` for a bad filter; `file.changed`; `disk.full`. The output is whole, or there is none.
 */
export async function convert(duck: Duck, step: ConvertStep): Promise<Converted> {
  const { input, output } = step;
  for (const file of refs(input)) await checkUnchanged(file);
  const prepared = prepare(step);
  if (step.where !== undefined) await checkFilter(duck, step);
  try {
    const written = await strictly(duck, step, prepared);
    const clean = !(written instanceof HeadgateError) && written.refused === 0;
    const answer = clean
      ? { rows: written.rows, rejected: 0, warned: written.warned }
      : await split(duck, step, prepared, written);
    for (const file of refs(input)) await checkUnchanged(file);
    return answer;
  } catch (error) {
    await rm(output.path, { force: true });
    throw error;
  }
}

interface Prepared {
  readonly columns: readonly RowColumn[];
  /** What people call each column. */
  readonly names: readonly string[];
  readonly row: RowSql;
  /** For the output; the text is named in the layers of `row`. */
  readonly output: readonly OutputColumn[];
}

function prepare({ input, columns, output, rules }: ConvertStep): Prepared {
  const places = new Map(input.schema.fields.map((field, at) => [field.name, { field, at }]));
  const made = columns.map((column, i): RowColumn & { readonly field: Field } => {
    const place = places.get(column.from);
    const target = output.schema.fields[i];
    if (!place || !target)
      throw new HeadgateError('field.missing', `converting ${documentName(input)}: there is no field ${column.from}`);
    const type = rules?.fields.find(({ name }) => name === column.as)?.type ?? target.type;
    const text = column.mask ? `sha256(${raw(place.at)})` : raw(place.at);
    const trusted = column.mask !== undefined || (isTyped(input) && !place.field.loose && sameType(place.field.type, type));
    const zeros = refs(input).some(({ csv }) => csv?.zeros) && fit(type, text).test === undefined;
    return { name: column.as, raw: text, type, trusted, zeros, field: { ...target, name: column.as } };
  });
  const row = rowSql(made, rules);
  return {
    columns: made,
    names: rules ? columns.map(({ as }) => as) : columns.map(({ from }) => from),
    row,
    output: made.map(({ field }, at) => ({ field, text: row.wire(at) })),
  };
}

interface Pass {
  /** The relation whose rows are judged, with every column that the judgements name. */
  readonly from: string;
  /** The same with row numbers, which cost a thread: they are asked for only where a row is to be named. */
  readonly numbered: string;
  readonly judged: readonly Judged[];
}

/** Opens the document once more, with what has to be known about all of it. */
async function openPass(duck: Duck, step: ConvertStep, { columns, names, row }: Prepared, lenient?: Lenient): Promise<Pass> {
  const { rules, output } = step;
  const document = await relation(duck, step.input, lenient);
  const judgedRows = (rows: string, kept: readonly string[] = []): string =>
    row.layer(filtered(rows, step, [...kept, ...(lenient ? [broken, fileName] : [])]));
  const from = judgedRows(document);
  const numbered = judgedRows(`(select row_number() over () as ${rowNumber}, * from ${document})`, [rowNumber]);
  const { cellOf } = row;
  const setOf = await openSets(duck, rules?.rules ?? [], { from, cellOf, scratch: output.path });
  if (lenient) await forgetErrors(duck, lenient);
  return { from, numbered, judged: judgements(columns, names, row, rules, setOf) };
}

/** The first pass: an error = a record is malformed, or (where none may be) a row is refused. */
async function strictly(duck: Duck, step: ConvertStep, prepared: Prepared): Promise<Written | HeadgateError> {
  try {
    const pass = await openPass(duck, step, prepared);
    return await writeGood(duck, step, prepared, pass);
  } catch (error) {
    // Everything else (a full disk, a cancelled run) is no fault of the rows.
    if (error instanceof HeadgateError && ['value.invalid', 'file.format', 'query.invalid'].includes(error.code)) return error;
    throw error;
  }
}

interface Written extends Pass {
  readonly rows: number;
  readonly refused: number;
  readonly warned: readonly Warned[];
}

/**
 * Writes the rows that nothing refuses and counts the others, in one scan: a sequence that steps where a row is refused or warned
 * about is a counter that SQL has.
 */
async function writeGood(duck: Duck, step: ConvertStep, { output }: Prepared, pass: Pass, lenient = false): Promise<Written> {
  const errors = pass.judged.filter(({ level }) => level === 'error');
  const warnings = pass.judged.filter(({ level }) => level === 'warning');
  const counters = ['refused_rows', ...warnings.map((_, at) => `warned_${at}`)];
  await duck.run(counters.map((name) => `create or replace temp sequence ${name}`).join('; '));
  const refuse = step.rejects.limit === 0 ? `cast(error('${misfit}') as BIGINT)` : `nextval('refused_rows')`;
  const warned = warnings.map(({ found }, at) => `coalesce(case when ${found} then nextval('warned_${at}') end, 0)`);
  const marks = `case when ${refusal(errors)} then ${refuse} end as "$refused", ${['0', ...warned].join(' + ')} as "$warned"`;
  const good = `"$refused" is null and "$warned" >= 0${lenient ? ` and not ${broken}` : ''}`;
  const from = `(select *, ${marks} from ${pass.from}) where ${good}`;
  const rows = await duck.run(copyStatement(step.output.format, step.output.path, output, from));
  const [counts = []] = await duck.rows(`select ${counters.map((name) => `nextval('${name}') - 1`).join(', ')}`);
  const [refused, ...times] = counts.map(Number);
  const told = warnings.map((one, at): Warned => ({ what: judgedWords(one), rows: times[at] ?? 0 }));
  return { ...pass, rows, refused: refused ?? 0, warned: told.filter((one) => one.rows > 0) };
}

/**
 * Finds out which rows are refused and why, and stops where they are too many. `strict` = what the first pass wrote, or what it
 * stumbled over.
 */
async function split(duck: Duck, step: ConvertStep, prepared: Prepared, strict: Written | HeadgateError): Promise<Converted> {
  const { input, rejects } = step;
  const first = strict instanceof HeadgateError ? undefined : strict;
  const several = refs(input).length > 1;
  // Only the lenient reader says which of several files a row is in.
  const lenient: Lenient | undefined = first && !several ? undefined : { errors: 'record_errors', scans: 'record_scans' };
  const doing = `converting ${documentName(input)}`;
  try {
    const pass = first && !lenient ? first : await openPass(duck, step, prepared, lenient);
    const judged = pass.judged.filter(({ level }) => level === 'error');
    const names = input.schema.fields.map(({ name }) => name);
    const found = await collectRejects(duck, pass.numbered, lenient, { judged, names });
    if (found.rows === 0) throw strict instanceof HeadgateError && strict.code === 'value.invalid' ? strict : unreadable(doing);
    const counted = `${found.rows} ${found.rows === 1 ? 'row is' : 'rows are'} refused`;
    if (rejects.limit === 0) {
      const code = found.first.startsWith('line') ? 'file.format' : 'value.invalid';
      throw new HeadgateError(code, `${doing}: ${found.first}; ${counted}`);
    }
    if (rejects.file !== undefined) await writeRejects(duck, rejects.file, judged, several);
    if (rejects.unit === 'rows' && found.rows > rejects.limit)
      throw tooMany(`${doing}: ${counted}, ${rejects.limit} may be; ${found.first}`);
    const { rows, warned } = first ?? (await writeGood(duck, step, prepared, pass, true));
    if (lenient) await forgetErrors(duck, lenient);
    const share = (100 * found.rows) / (rows + found.rows);
    if (rejects.unit === 'percent' && share > rejects.limit) {
      throw tooMany(`${doing}: ${counted} (${share.toFixed(1)} %), ${rejects.limit} % may be; ${found.first}`);
    }
    return { rows, rejected: found.rows, warned };
  } catch (error) {
    throw error instanceof HeadgateError && error.code === 'query.invalid' ? unreadable(doing, error) : error;
  }
}

const tooMany = (message: string): HeadgateError => new HeadgateError('rejects.limit', message);

const unreadable = (doing: string, cause?: unknown): HeadgateError =>
  new HeadgateError('file.format', `${doing}: its content cannot be parsed`, {
    hint: 'line ends may be mixed, or a quote may stand open',
    ...(cause !== undefined && { cause }),
  });

/**
 * A relation with the filter applied. The filter sees the fields under their own names, typed; a line that is no row has
 * none to filter by and stays, to be refused. The line break ends a comment behind the filter.
 */
function filtered(from: string, { input, where }: ConvertStep, kept: readonly string[] = []): string {
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

/** Binds the filter against no rows, so that its mistakes are told apart from those of the document. */
async function checkFilter(duck: Duck, step: ConvertStep): Promise<void> {
  const nothing = step.input.schema.fields.map((_, at) => `cast(null as VARCHAR) as ${raw(at)}`).join(', ');
  try {
    await duck.rows(`select 1 from ${filtered(`(select ${nothing})`, step)}`);
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'query.invalid') throw error;
    throw new HeadgateError('stream.query', `filtering ${documentName(step.input)}: ${error.message.replace(/^[^:]*: /, '')}`, {
      cause: error,
    });
  }
}
