import type { ErrorCode } from '../domain/codes.ts';
import { HeadgateError } from '../domain/error.ts';
import { misfit } from '../sdk/duck-sql.ts';

interface Rule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** What happened, from the parts of DuckDB's text that are names, types or numbers; never values or SQL. */
  say(match: RegExpExecArray, disks: string): string;
}

/** A word out of DuckDB's text, where it is a plain name. */
const name = (text: string | undefined): string => (text !== undefined && /^[\w.$ -]{1,80}$/.test(text) ? ` "${text}"` : '');

/** First match wins. DuckDB's text quotes values and lines, which can hold any words: each rule begins with the class of the error. */
const rules: readonly Rule[] = [
  { pattern: /^INTERRUPT/, code: 'run.cancelled', say: () => 'stopped on request' },
  {
    pattern: /^IO Error[\s\S]*Could not set lock on file "([^"]+)"(?:.*PID (\d+))?/s,
    code: 'warehouse.locked',
    say: (m) => `${m[1]} is open in another process${m[2] ? ` (PID ${m[2]})` : ''}`,
  },
  {
    pattern:
      /^(?:IO|Out of Memory|FATAL|TransactionContext) Error[\s\S]*(?:No space left on device|File too large|max_temp_directory_size|disk quota)/i,
    code: 'disk.full',
    say: (_m, disks) => `no space left on the disk of ${disks}`,
  },
  { pattern: /^Out of Memory/, code: 'memory.full', say: () => 'the memory limit of DuckDB was reached' },
  {
    pattern:
      /^(?:IO|INTERNAL) Error[\s\S]*(?:not a valid DuckDB database file|corrupt(?:ed)? (?:database|wal)|checksum|wal file|has been invalidated)|^Serialization Error|^FATAL|^[a-z ]+ Error: failure while replaying wal file/i,
    code: 'warehouse.damaged',
    say: () => 'the file is not a DuckDB database, or it is damaged',
  },
  {
    pattern: /^Invalid Input Error: CSV Error on Line: (\d+)?/i,
    code: 'file.format',
    say: (m) => `a record of the CSV does not fit its columns${m[1] ? ` (line ${m[1]})` : ''}`,
  },
  {
    pattern: /^Invalid Input Error: a line is not a JSON object/,
    code: 'file.format',
    say: () => 'a line is not a JSON object with distinct keys',
  },
  { pattern: /^Invalid Input Error: Malformed JSON/, code: 'file.format', say: () => 'a line holds no JSON' },
  {
    pattern: /^Conversion Error: CSV Error on Line: (\d+)[\s\S]*?Error when converting column "([^"]*)"/,
    code: 'value.invalid',
    say: (m) => `a value in line ${m[1]} does not fit the field${name(m[2])}`,
  },
  {
    pattern: new RegExp(`${misfit} "([^"]*)"`),
    code: 'value.invalid',
    say: (m) => `a value does not fit the field${name(m[1])} exactly`,
  },
  {
    pattern: new RegExp(`${misfit}|^Invalid Input Error: Invalid input for hex`),
    code: 'value.invalid',
    say: () => 'a value does not fit its type',
  },
  {
    pattern: /^(?:Conversion|Out of Range) Error[\s\S]* when casting from source column ([^"]*?)\s*$/,
    code: 'value.invalid',
    say: (m) => `a value does not fit the field${name(m[1])}`,
  },
  { pattern: /^(?:Conversion|Out of Range) Error/, code: 'value.invalid', say: () => 'a value does not fit its type' },
  {
    pattern: /^Constraint Error: NOT NULL constraint failed: ([\w.]+)/,
    code: 'key.null',
    say: (m) => `a NULL in the required column${name(m[1])}`,
  },
  { pattern: /^Constraint Error/, code: 'key.duplicate', say: () => 'a row breaks a constraint of the table' },
  {
    pattern: /^TransactionContext/,
    code: 'publish.busy',
    say: () => 'another session changed the same rows',
  },
  {
    pattern: /^IO Error[\s\S]*(?:No files found that match|No such file or directory|database does not exist)/,
    code: 'file.missing',
    say: () => 'a file does not exist',
  },
  {
    pattern: /^IO Error[\s\S]*(?:Permission denied|Cannot open file)/,
    code: 'access.denied',
    say: () => 'a file may not be opened',
  },
  {
    pattern: /^Permission Error|^Invalid Input Error[\s\S]*read-only mode/,
    code: 'query.invalid',
    say: () => 'the statement is not allowed here',
  },
  {
    pattern: /^Catalog Error: (?:Table|View|Schema|Function) with name (?:"([^"]+)"|(\S+)) does not exist/,
    code: 'query.invalid',
    say: (m) => `nothing is named${name(m[1] ?? m[2])}`,
  },
  {
    pattern: /^Binder Error[\s\S]*?column "([^"]+)" not found|^Binder Error[\s\S]*?does not have a column named "([^"]+)"/i,
    code: 'query.invalid',
    say: (m) => `there is no column${name(m[1] ?? m[2])}`,
  },
  {
    pattern: /^Parser Error: syntax error at or near "(\w+)"/,
    code: 'query.invalid',
    say: (m) => `syntax error near${name(m[1])}`,
  },
  {
    pattern:
      /^(?:Failed to extract|(?:Parser|Binder|Catalog|Syntax|Not implemented|Invalid Input|Invalid Type|Mismatch Type) Error)/,
    code: 'query.invalid',
    say: () => 'DuckDB does not accept the statement',
  },
];

/**
 * A DuckDB error as ours. DuckDB's own text can hold row values and SQL, so only the parts that a rule names are shown;
 * the cause keeps the class of the error. `disks` = the places that DuckDB writes to.
 */
export function duckError(error: unknown, doing: string, disks: string): HeadgateError {
  if (error instanceof HeadgateError) return error;
  // What follows is a piece of the statement, which could look like anything.
  const text = (error instanceof Error ? error.message : String(error)).split('\nLINE ')[0] ?? '';
  const cause = new Error(`DuckDB: ${/^[\w ]{1,40}(?=:)/.exec(text)?.[0] ?? 'unknown error'}`);
  for (const rule of rules) {
    const match = rule.pattern.exec(text);
    if (match) return new HeadgateError(rule.code, `${doing}: ${rule.say(match, disks)}`, { cause });
  }
  return new HeadgateError('internal.unexpected', `${doing}: DuckDB failed`, { cause });
}
