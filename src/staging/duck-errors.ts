import type { ErrorCode } from '../domain/codes.ts';
import { HeadgateError } from '../domain/error.ts';
import { misfit } from '../sdk/duck-sql.ts';

interface Rule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** What happened, from the parts of DuckDB's text that are names, types or numbers; never values or SQL. */
  say(match: RegExpExecArray): string;
}

/** A word out of DuckDB's text, where it is a plain name. */
const name = (text: string | undefined): string => (text !== undefined && /^[\w.$ -]{1,80}$/.test(text) ? ` "${text}"` : '');

/** First match wins. */
const rules: readonly Rule[] = [
  { pattern: /^INTERRUPT/, code: 'run.cancelled', say: () => 'stopped on request' },
  {
    pattern: /Could not set lock on file "([^"]+)"(?:.*PID (\d+))?/s,
    code: 'warehouse.locked',
    say: (m) => `${m[1]} is open in another process${m[2] ? ` (PID ${m[2]})` : ''}`,
  },
  {
    pattern: /No space left on device|max_temp_directory_size|disk quota/i,
    code: 'disk.full',
    say: () => 'no space left on the disk of the database or its scratch folder',
  },
  { pattern: /^Out of Memory/, code: 'memory.full', say: () => 'the memory limit of DuckDB was reached' },
  {
    pattern:
      /not a valid DuckDB database file|Corrupt|checksum|^Serialization Error|^FATAL|database has been invalidated|WAL file/i,
    code: 'warehouse.damaged',
    say: () => 'the file is not a DuckDB database, or it is damaged',
  },
  {
    pattern:
      /Maximum line size|unterminated quote|unquoted value|Expected Number of Columns|CSV Error on Line: (\d+)(?![\s\S]*converting)/i,
    code: 'file.format',
    say: (m) => `a record of the CSV does not fit its columns${m[1] ? ` (line ${m[1]})` : ''}`,
  },
  {
    pattern: /(?:Line: (\d+))[\s\S]*?converting column "([^"]*)"/,
    code: 'value.invalid',
    say: (m) => `a value in line ${m[1]} does not fit the field${name(m[2])}`,
  },
  { pattern: new RegExp(misfit), code: 'value.invalid', say: () => 'a value does not fit its type exactly' },
  {
    pattern: /^(?:Conversion|Out of Range) Error[\s\S]*?(?: to (?:type )?'?([A-Z][A-Z0-9_]*))?/,
    code: 'value.invalid',
    say: (m) => `a value does not fit its type${name(m[1])}`,
  },
  { pattern: /NOT NULL constraint failed: ([\w.]+)/, code: 'key.null', say: (m) => `a NULL in the required column${name(m[1])}` },
  { pattern: /^Constraint Error/, code: 'key.duplicate', say: () => 'a row breaks a constraint of the table' },
  {
    pattern: /Conflict on|write-write conflict|^TransactionContext/i,
    code: 'publish.busy',
    say: () => 'another session changed the same rows',
  },
  {
    pattern: /No files found that match|No such file or directory|database does not exist/i,
    code: 'file.missing',
    say: () => 'a file does not exist',
  },
  { pattern: /Permission denied|Cannot open file/i, code: 'access.denied', say: () => 'a file may not be opened' },
  { pattern: /read-only mode|^Permission Error/i, code: 'query.invalid', say: () => 'the statement is not allowed here' },
  {
    pattern: /(?:Table|View|Schema|Function) with name (?:"([^"]+)"|(\S+)) does not exist/,
    code: 'query.invalid',
    say: (m) => `nothing is named${name(m[1] ?? m[2])}`,
  },
  {
    pattern: /column "([^"]+)" not found|does not have a column named "([^"]+)"/i,
    code: 'query.invalid',
    say: (m) => `there is no column${name(m[1] ?? m[2])}`,
  },
  { pattern: /syntax error at or near "(\w+)"/, code: 'query.invalid', say: (m) => `syntax error near${name(m[1])}` },
  {
    pattern:
      /^(?:Failed to extract|(?:Parser|Binder|Catalog|Syntax|Not implemented|Invalid Input|Invalid Type|Mismatch Type) Error)/,
    code: 'query.invalid',
    say: () => 'DuckDB does not accept the statement',
  },
];

/**
 * A DuckDB error as ours. DuckDB's own text can hold row values and SQL, so only the parts that a rule names are shown;
 * the cause keeps the class of the error.
 */
export function duckError(error: unknown, doing: string): HeadgateError {
  if (error instanceof HeadgateError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const cause = new Error(`DuckDB: ${/^[\w ]{1,40}(?=:)/.exec(text)?.[0] ?? 'unknown error'}`);
  for (const rule of rules) {
    const match = rule.pattern.exec(text);
    if (match) return new HeadgateError(rule.code, `${doing}: ${rule.say(match)}`, { cause });
  }
  return new HeadgateError('internal.unexpected', `${doing}: DuckDB failed`, { cause });
}
