/**
 * The staged lane: DuckDB opens a document as text, filters, renames, converts and judges its values, and writes one document.
 * The first pass expects every row to fit and stops where one does not; only then is the document read again to find
 * which, so that a clean document is read once.
 */
import { rm } from 'node:fs/promises';
import { HeadgateError } from '../domain/error.ts';
import type { Column } from '../domain/policy.ts';
import type { Field, Schema } from '../domain/schema.ts';
import { typeName, type LogicalType } from '../domain/types.ts';
import { checkUnchanged } from '../sdk/file-bytes.ts';
import { fromWire, misfit, quoteName } from '../sdk/duck-sql.ts';
import type { Duck, FormatName } from '../sdk/index.ts';
import {
  broken,
  documentName,
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
import { collectRejects, writeRejects, type Judged } from './rejects.ts';

export interface ConvertStep {
  readonly input: Document;
  /** Which columns, in the order of the output, under which names. Their types are the output's. */
  readonly columns: readonly Column[];
  /** A filter in DuckDB's SQL over the document's fields with their types. */
  readonly where?: string;
  readonly output: { readonly format: FormatName; readonly path: string; readonly schema: Schema };
  /** `file` is overwritten: one csv line with a header per refused field. */
  readonly rejects: { readonly limit: number; readonly unit: 'rows' | 'percent'; readonly file?: string };
}

/** `rows` were written, `rejected` were not; rows that the filter left out are in neither. */
export interface Converted {
  readonly rows: number;
  readonly rejected: number;
}

/**
 * Throws `value.invalid` or `file.format` at limit 0, naming the first refused row and their number; `rejects.limit` past
 * another limit; `stream.query` for a bad filter; `file.changed`; `disk.full`. The output is whole, or there is none.
 */
export async function convert(duck: Duck, step: ConvertStep): Promise<Converted> {
  const { input, output } = step;
  for (const file of refs(input)) await checkUnchanged(file);
  const columns = outputColumns(step);
  if (step.where !== undefined) await checkFilter(duck, step);
  try {
    const from = filtered(await relation(duck, input), step);
    const strict = await strictly(duck, step, columns, from);
    const answer = strict instanceof HeadgateError ? await leniently(duck, step, columns, strict) : strict;
    for (const file of refs(input)) await checkUnchanged(file);
    return answer;
  } catch (error) {
    await rm(output.path, { force: true });
    throw error;
  }
}

interface Planned extends OutputColumn {
  readonly at: number;
  /** True for a value that fits; absent = all do. */
  readonly test?: string;
  /** What fits, in words. */
  readonly type: string;
}

function outputColumns({ input, columns, output }: ConvertStep): readonly Planned[] {
  const places = new Map(input.schema.fields.map((field, at) => [field.name, { field, at }]));
  return columns.map((column, i) => {
    const place = places.get(column.from);
    const target = output.schema.fields[i];
    if (!place || !target)
      throw new HeadgateError('field.missing', `converting ${documentName(input)}: there is no field ${column.from}`);
    const field: Field = { ...target, name: column.as };
    const text = raw(place.at);
    const type = typeName(target.type);
    if (column.mask) return { field, text: `sha256(${text})`, at: place.at, type };
    if (isTyped(input) && sameType(place.field.type, target.type)) return { field, text, at: place.at, type };
    const { test, wire } = fit(target.type, text);
    if (test !== undefined) return { field, text: wire, at: place.at, test, type };
    const zeros = refs(input).some(({ csv }) => csv?.zeros);
    const whole = zeros && { test: `not contains(${text}, chr(0))`, type: `${type} without zero bytes` };
    return { field, text: wire, at: place.at, type, ...whole };
  });
}

/** One pass that ends at the first value that does not fit, or at a malformed record: answers with the error about it. */
async function strictly(
  duck: Duck,
  step: ConvertStep,
  columns: readonly Planned[],
  from: string,
): Promise<Converted | HeadgateError> {
  const raising = columns.map(({ field, text, at, test }): OutputColumn => {
    if (test === undefined) return { field, text };
    return {
      field,
      text: `case when ${raw(at)} is null then null when coalesce(${test}, false) then ${text} else error('${misfit}') end`,
    };
  });
  try {
    const rows = await duck.run(copyStatement(step.output.format, step.output.path, raising, from));
    return { rows, rejected: 0 };
  } catch (error) {
    // Everything else (a full disk, a cancelled run) is no fault of the rows.
    if (error instanceof HeadgateError && ['value.invalid', 'file.format', 'query.invalid'].includes(error.code)) return error;
    throw error;
  }
}

/** Finds every row that does not fit; `refusal` is what the strict pass stumbled over, where no row is to blame. */
async function leniently(duck: Duck, step: ConvertStep, columns: readonly Planned[], refusal: HeadgateError): Promise<Converted> {
  const { input, output, rejects } = step;
  const lenient: Lenient = { errors: 'record_errors', scans: 'record_scans' };
  const judged = columns.flatMap(({ field, at, test, type }): readonly Judged[] => {
    if (test === undefined) return [];
    const name = input.schema.fields[at]?.name ?? field.name;
    return [{ at, name, type, refused: `${raw(at)} is not null and not coalesce(${test}, false)` }];
  });
  const doing = `converting ${documentName(input)}`;
  try {
    const numbered = `(select row_number() over () as ${rowNumber}, * from ${await relation(duck, input, lenient)})`;
    const from = filtered(numbered, step, true);
    const found = await collectRejects(duck, from, lenient, { judged, names: input.schema.fields.map(({ name }) => name) });
    if (found.rows === 0) throw refusal.code === 'value.invalid' ? refusal : unreadable(doing);
    const counted = `${found.rows} ${found.rows === 1 ? 'row is' : 'rows are'} refused`;
    if (rejects.limit === 0) {
      const code = found.first.startsWith('line') ? 'file.format' : 'value.invalid';
      throw new HeadgateError(code, `${doing}: ${found.first}; ${counted}`);
    }
    if (rejects.file !== undefined) await writeRejects(duck, rejects.file, refs(input).length > 1);
    if (rejects.unit === 'rows' && found.rows > rejects.limit)
      throw tooMany(`${doing}: ${counted}, ${rejects.limit} may be; ${found.first}`);
    const good = [`not ${broken}`, ...judged.map(({ refused }) => `not (${refused})`)].join(' and ');
    const rows = await duck.run(copyStatement(output.format, output.path, columns, `${from} where ${good}`));
    await duck.run(`drop table if exists ${lenient.errors}; drop table if exists ${lenient.scans}`);
    const share = (100 * found.rows) / (rows + found.rows);
    if (rejects.unit === 'percent' && share > rejects.limit) {
      throw tooMany(`${doing}: ${counted} (${share.toFixed(1)} %), ${rejects.limit} % may be; ${found.first}`);
    }
    return { rows, rejected: found.rows };
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
function filtered(from: string, { input, where }: ConvertStep, lenient = false): string {
  if (where === undefined) return from;
  const typed = input.schema.fields.map(({ name, type }, at) => `${typedValue(type, raw(at))} as ${quoteName(name)}`);
  const always = lenient ? `${broken} or ` : '';
  return `(select * from (select *, ${typed.join(', ')} from ${from}) where ${always}(${where}\n))`;
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
