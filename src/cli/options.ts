/** Every option of the command line, once: it drives parsing, help and the tables of docs/cli.md. */
interface OptionInfo {
  /** `flag` takes no value; the values of a repeated `list` add up, of a repeated `text` the last one counts. */
  readonly kind: 'flag' | 'text' | 'list';
  readonly short?: string;
  /** How the value is written in help. */
  readonly value?: string;
  /** The only values that are allowed. */
  readonly choices?: readonly string[];
  /** The environment variable that speaks where the option is left out. */
  readonly env?: string;
  readonly help: string;
}

export const options = {
  stream: { kind: 'list', value: 'NAME', help: 'stream to read: a name, or a pattern with `*`; may be repeated' },
  query: { kind: 'text', value: 'SQL', help: 'read the rows of this SELECT instead of a stream' },
  name: { kind: 'text', value: 'NAME', help: 'what the stream of --query is called (default `query`)' },
  mode: {
    kind: 'text',
    value: 'MODE',
    choices: ['append', 'replace', 'merge', 'mirror', 'incremental', 'snapshot'],
    help: 'incremental reads what is new since the last run; every other mode reads everything and writes it so (default replace)',
  },
  write: {
    kind: 'text',
    value: 'MODE',
    choices: ['append', 'replace', 'merge', 'mirror'],
    help: 'how `--mode incremental` writes: merge or append (default merge where a key is known, else append)',
  },
  cursor: { kind: 'text', value: 'FIELD', help: 'field that an incremental read follows' },
  key: { kind: 'list', value: 'A,B', help: 'fields that identify a row (default: the primary key of the stream)' },
  version: { kind: 'text', value: 'FIELD', help: 'field that picks the newest of several rows with one key' },
  nulls: {
    kind: 'text',
    value: 'POLICY',
    choices: ['write', 'keep'],
    help: 'merge and mirror: an incoming NULL overwrites the stored value, or keeps it (default write)',
  },
  deletes: {
    kind: 'text',
    value: 'KIND',
    choices: ['hard', 'soft', 'ignore'],
    help: 'mirror: delete rows that the source no longer has, stamp them in `_deleted_at` (soft), or leave them (default hard)',
  },
  existing: {
    kind: 'text',
    value: 'POLICY',
    choices: ['any', 'fail', 'recreate'],
    help: 'a table that is already there: use it, stop, or build it anew (default any)',
  },
  'on-schema-change': {
    kind: 'text',
    value: 'POLICY',
    choices: ['evolve', 'freeze', 'discard'],
    help: 'a table that lacks a field or is too narrow for it: add and widen, stop, or leave new fields out (default evolve)',
  },
  select: { kind: 'list', value: 'A,B', help: 'fields to keep, in this order (default all)' },
  where: { kind: 'text', value: 'SQL', help: "keep rows for which this holds, in the source's own SQL" },
  rename: { kind: 'list', value: 'A=B', help: 'field A becomes column B; may be repeated' },
  cast: { kind: 'list', value: 'A=TYPE', help: 'convert field A, e.g. `price=decimal(12,2)`; may be repeated' },
  mask: {
    kind: 'list',
    value: 'A=HOW',
    help: 'keep the values of field A at the source: `hash` sends their SHA-256, `drop` nothing; may be repeated',
  },
  schema: {
    kind: 'text',
    value: 'FILE',
    help: 'fields, types and rules that every row is held to, as a JSON file (docs/rules.md)',
  },
  derive: {
    kind: 'text',
    value: 'FILE',
    help: 'make profiles or events of the rows as well, as a JSON file says (docs/profiles.md)',
  },
  lookback: {
    kind: 'text',
    value: 'AMOUNT',
    help: 'incremental: also read again this much before the saved position: `10 minutes`, `500`',
  },
  from: {
    kind: 'text',
    value: 'VALUE',
    help: 'incremental: cursor values from this one on, itself included, instead of the saved position',
  },
  until: { kind: 'text', value: 'VALUE', help: 'incremental: cursor values up to this one, itself included' },
  'null-cursor': {
    kind: 'text',
    value: 'POLICY',
    choices: ['include', 'skip', 'fail'],
    help: 'incremental: rows whose cursor is NULL are read every time, left out, or a reason to stop (default include)',
  },
  strict: { kind: 'flag', help: 'incremental: also read rows that the last run could not see, whatever their cursor says' },
  into: { kind: 'text', value: 'TEMPLATE', help: 'name of the table: `raw.{stream}`, `{namespace}_{stream}`, `orders_copy`' },
  'allow-delete': { kind: 'flag', help: 'publish even when the guard would hold it because many rows would go' },
  'max-rejects': {
    kind: 'text',
    value: 'N|P%',
    help: 'go on while at most N rows, or P percent of them, are refused (default 0)',
  },
  rejects: {
    kind: 'text',
    value: 'FILE',
    help: 'write the refused rows to this csv file; of several streams, each to its own: `out.orders.csv`',
  },
  parallel: {
    kind: 'text',
    value: 'N',
    help: 'readers at the same time, over streams and their parts (default: processors, at most 4)',
  },
  format: {
    kind: 'text',
    value: 'FORMAT',
    choices: ['csv', 'tsv', 'xlsx', 'xls', 'ndjson', 'jsonl', 'json', 'xml', 'parquet'],
    help: 'format of a file whose name does not say it; tsv, xlsx, xls, json and xml are only read',
  },
  limit: { kind: 'text', value: 'N', help: 'sample rows to show per kind of change (default 5)' },
  fields: { kind: 'flag', help: 'list the fields of every stream' },
  in: { kind: 'text', value: 'LOCATION', help: 'database to query (default: the embedded warehouse)' },
  'state-dir': {
    kind: 'text',
    value: 'DIR',
    env: 'HEADGATE_STATE_DIR',
    help: 'where the embedded warehouse and temporary parts live (default `.headgate`)',
  },
  json: { kind: 'flag', help: 'one JSON object per line on stdout' },
  quiet: { kind: 'flag', short: 'q', help: 'no progress and no notes' },
  'no-color': { kind: 'flag', env: 'NO_COLOR', help: 'plain text' },
  role: {
    kind: 'text',
    value: 'ROLE',
    choices: ['all', 'api', 'worker'],
    env: 'HEADGATE_ROLE',
    help: 'what this process does (default all)',
  },
  'no-sample': { kind: 'flag', help: 'the first start imports nothing by itself' },
  host: { kind: 'text', value: 'HOST', env: 'HEADGATE_HOST', help: 'address to listen on (default 127.0.0.1)' },
  port: { kind: 'text', value: 'PORT', env: 'HEADGATE_PORT', help: 'port to listen on (default 8080)' },
  'data-dir': {
    kind: 'text',
    value: 'DIR',
    env: 'HEADGATE_DATA_DIR',
    help: 'state, warehouse and parts of a server (default: the state directory)',
  },
  'database-url': {
    kind: 'text',
    value: 'URL',
    env: 'DATABASE_URL',
    help: "database for the server's state: postgres://… (default: one of its own)",
  },
  url: { kind: 'text', value: 'URL', help: 'a running server (default: the one on this data directory)' },
  workspace: { kind: 'text', value: 'ID', help: 'workspace of the server (default 1)' },
  table: { kind: 'text', value: 'TABLE', help: 'a table of the run, as its receipts name it' },
  scope: { kind: 'list', value: 'SCOPE', help: 'what the key may do: runs:read, connections:* … (default all); may be repeated' },
  expires: { kind: 'text', value: 'TIME', help: 'when the key ends: 2027-01-01T00:00:00Z (default never)' },
  principal: { kind: 'text', value: 'ID', help: 'whose key it is: pri_… (default: of whoever makes it)' },
  'insecure-http': {
    kind: 'flag',
    env: 'HEADGATE_INSECURE_HTTP',
    help: 'listen without TLS where others can reach the address: TLS ends in front of it',
  },
  'test-clock': {
    kind: 'text',
    value: 'TIME',
    help: 'for tests: time starts here and stands still until POST /v1/test-clock moves it; on loopback only',
  },
  debug: { kind: 'flag', help: 'stack traces and details on stderr' },
  help: { kind: 'flag', short: 'h', help: 'help for the command' },
} as const satisfies Record<string, OptionInfo>;

export type OptionName = keyof typeof options;

type ValueOf<K extends 'flag' | 'text' | 'list'> = K extends 'flag' ? true : K extends 'list' ? readonly string[] : string;

/** What a person gave; absent = not given. */
export type Values = { readonly [N in OptionName]?: ValueOf<(typeof options)[N]['kind']> };

export const optionInfo = (name: OptionName): OptionInfo => options[name];

export const isOptionName = (name: string): name is OptionName => Object.hasOwn(options, name);

const streams: readonly OptionName[] = ['stream', 'query', 'name'];
const reading: readonly OptionName[] = ['mode', 'write', 'cursor', 'lookback', 'from', 'until', 'null-cursor', 'strict'];
const shaping: readonly OptionName[] = ['select', 'where', 'rename', 'cast', 'mask'];
const writing: readonly OptionName[] = [
  'into',
  'key',
  'version',
  'nulls',
  'deletes',
  'existing',
  'on-schema-change',
  'allow-delete',
];
const refusing: readonly OptionName[] = ['max-rejects', 'rejects'];

/** What sync, import, plan and verify share: the description of flows. */
export const flowOptions: readonly OptionName[] = [
  ...streams,
  ...reading,
  ...shaping,
  ...writing,
  ...refusing,
  'parallel',
  'format',
];

/** Taken by every command. */
export const generalOptions: readonly OptionName[] = ['state-dir', 'json', 'quiet', 'no-color', 'debug', 'help'];
