/** The statements that write rows: as one document of a format, or into a table. Pure. */
import { HeadgateError } from '../domain/error.ts';
import type { Field } from '../domain/schema.ts';
import type { LogicalType } from '../domain/types.ts';
import { duckType, fromWire, quoteName, quoteText } from '../sdk/duck-sql.ts';
import type { FormatName } from '../sdk/index.ts';

export interface OutputColumn {
  readonly field: Field;
  /** Its wire text. */
  readonly text: string;
}

/** Formats of text, a record per row: refused rows can stand among the others, marked. */
export const isText = (format: FormatName): boolean => format === 'csv' || format === 'ndjson';

/** Which rows are refused, and the text that a refused row is instead: of csv its first value, of ndjson its line. */
export interface Marked {
  readonly is: string;
  readonly text: string;
}

/** `from` = the relation with its filter, as it stands behind `from`. `marked` for formats of text only. */
export function copyStatement(
  format: FormatName,
  path: string,
  columns: readonly OutputColumn[],
  from: string,
  marked?: Marked,
): string {
  const or = (text: string): string => (marked ? `case when ${marked.is} then ${marked.text} else ${text} end` : text);
  const to = quoteText(path);
  switch (format) {
    case 'csv': {
      // The first column in quotes: a text that begins with a byte order mark must not stand bare at the start of a document,
      // and with one column neither must a `\.`, which ends the data of COPY.
      const quotes = columns[0] && duckType(columns[0].field.type) === 'VARCHAR' ? ', force_quote (c0)' : '';
      const settings = `format csv, header false, delimiter ',', quote '"', escape '"', nullstr ''${quotes}`;
      return `copy (select ${columns.map(({ text }, at) => `${at === 0 ? or(text) : text} as c${at}`).join(', ')} from ${from}) to ${to} (${settings})`;
    }
    case 'ndjson': {
      const pairs = columns.map(
        ({ field, text }) => `${quoteText(`${JSON.stringify(field.name)}:`)} || ${jsonValue(field.type, text)}`,
      );
      // Written as CSV that quotes nothing: the JSON writer would pass numbers through doubles.
      const settings = String.raw`format csv, header false, delimiter E'\x01', quote '', escape '', nullstr ''`;
      return `copy (select ${or(`'{' || ${pairs.join(` || ',' || `)} || '}'`)} from ${from}) to ${to} (${settings})`;
    }
    case 'parquet': {
      const typed = columns.map(({ field: { name, type }, text }) => {
        // Parquet's intervals end at milliseconds.
        const value = type.kind === 'interval' ? text : `cast(${fromWire(type, text)} as ${duckType(type)})`;
        return `${value} as ${quoteName(name)}`;
      });
      return `copy (select ${typed.join(', ')} from ${from}) to ${to} (format parquet, compression zstd)`;
    }
    default:
      throw new HeadgateError('internal.unexpected', `converting to ${format}: only csv, ndjson and parquet are written`);
  }
}

/** `table` = its quoted name; `values` in the order of its columns. */
export const insertStatement = (table: string, values: readonly string[], from: string): string =>
  `insert into ${table} select ${values.join(', ')} from ${from}`;

const jsonNumber = String.raw`-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?`;

/** A value as JSON, numbers digit by digit; NULL is `null`, so every line has every key. */
function jsonValue(type: LogicalType, text: string): string {
  const string = `cast(to_json(${text}) as VARCHAR)`;
  const some = ((): string => {
    switch (type.kind) {
      case 'boolean':
        return `case when ${text} in ('t', 'true') then 'true' else 'false' end`;
      case 'integer':
      case 'decimal':
      case 'float': {
        const bare = String.raw`regexp_replace(ltrim(${text}, '+'), '^(-?)0+([0-9])', '\1\2')`;
        return `case when regexp_full_match(${bare}, ${quoteText(jsonNumber)}) then ${bare} else ${string} end`;
      }
      case 'json':
        return `translate(${text}, chr(10) || chr(13), '  ')`;
      default:
        return string;
    }
  })();
  return `case when ${text} is null then 'null' else ${some} end`;
}
