/** A row as a JSON object of results. Pure. */
import { unmappedKey } from '../../domain/run.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { columnName, type FedField, type Part } from './cells.ts';

/** `raw` = what fits no type keeps its text, else it is null. */
export function rowJson(
  fields: readonly FedField[],
  parts: readonly Part[],
  { raw, unmapped }: { readonly raw: boolean; readonly unmapped: readonly number[] | undefined },
): string {
  const members = fields.map((fed) => {
    const values = parts.filter((part) => part.fed === fed).map((part) => valueJson(part, raw));
    const value = fed.many ? listJson(fed, values) : (values[0] ?? `'null'`);
    return `${quoteText(`${JSON.stringify(fed.field.name)}:`)}, ${value}`;
  });
  const rest = unmapped?.map((column) => `${quoteText(`"${column}":`)}, ${textJson(`coalesce(${columnName(column)}, '')`)}`);
  if (rest) members.push(together(`'"${unmappedKey}":{'`, rest));
  return together(`'{'`, members);
}

/** One call, because DuckDB does not take expressions as deep as many columns would nest `||`. */
const together = (opens: string, members: readonly string[]): string =>
  `concat(${[opens, ...members.flatMap((member, at) => (at === 0 ? [member] : [`','`, member])), `'}'`].join(', ')})`;

/** Lists of several columns are one list. */
function listJson({ field }: FedField, values: readonly string[]): string {
  if (field.means?.is !== 'multi-select') return `'[' || ${values.join(` || ',' || `)} || ']'`;
  const inner = values.map((value) => `regexp_replace(${value}, '^\\[(.*)\\]$', '\\1', 's')`);
  return `'[' || array_to_string(list_filter([${inner.join(', ')}], lambda x: x <> ''), ',') || ']'`;
}

const textJson = (text: string): string => `coalesce(cast(to_json(${text}) as VARCHAR), 'null')`;

function valueJson({ fed, raw, result, misfit, cell: { empty } }: Part, keepsRaw: boolean): string {
  const { means } = fed.field;
  if (!means || misfit === undefined) return textJson(`coalesce(${result}, '')`);
  const bare = (means.is === 'number' && means.output === undefined) || means.is === 'checkbox' || means.is === 'multi-select';
  const value = bare ? `coalesce(${result}, 'null')` : textJson(result);
  return keepsRaw ? `case when ${result} is null and not ${empty} then ${textJson(raw)} else ${value} end` : value;
}
