import type { Command } from './command.ts';
import { locationForms } from './locations.ts';
import { flowOptions, type OptionName } from './options.ts';

/** One command of the command line, as people see it. */
export interface CommandInfo {
  readonly name: string;
  /** What follows `headgate NAME`. */
  readonly usage: string;
  readonly summary: string;
  /** The long form: paragraphs of help. */
  readonly details: readonly string[];
  readonly examples: readonly { readonly line: string; readonly says: string }[];
  /** Its own options; the general ones are taken by every command. */
  readonly options: readonly OptionName[];
  readonly positionals: { readonly min: number; readonly max: number };
  /** Nothing of a command is loaded before it runs. */
  load(): Promise<Command>;
}

const locations = `A location is ${locationForms}, or env:NAME: the location is then in that environment variable, so no secret stands in the shell history.`;

export const commands: readonly CommandInfo[] = [
  {
    name: 'import',
    usage: 'FILE',
    summary: 'load a file into the embedded warehouse',
    details: [
      'Reads a file (csv, tsv, xlsx, xls, ndjson, json, xml or parquet, also packed), or - for stdin, into a table of the embedded warehouse: the DuckDB file files/1/warehouse.db of the state directory. While a server runs on that directory, the file goes to it (a key of it is in HEADGATE_KEY), and a pipeline there imports it. The table is named after the file. For another destination use `headgate sync FILE DESTINATION`.',
    ],
    examples: [
      { line: 'headgate import examples/contacts.csv', says: 'into the table contacts' },
      { line: 'headgate import contacts.csv --mode merge --key id', says: 'add new rows, update known ones' },
      { line: 'curl -s https://… | headgate import - --format ndjson --into events', says: 'from a pipe' },
      { line: 'headgate import contacts.csv --max-rejects 1% --rejects bad.csv', says: 'put bad rows aside' },
      {
        line: 'headgate import contacts.csv --schema contacts.json --max-rejects 100 --rejects bad.csv',
        says: 'hold every row to rules',
      },
    ],
    options: [...flowOptions, 'schema', 'derive'],
    positionals: { min: 1, max: 1 },
    load: async () => (await import('./commands/sync.ts')).importFile,
  },
  {
    name: 'sync',
    usage: '[SOURCE] [DESTINATION]',
    summary: 'move streams from a source to a destination',
    details: [
      locations,
      'SOURCE and DESTINATION may be left out where HEADGATE_SOURCE and HEADGATE_DESTINATION name them; the first location given is always the source.',
      'Without --mode everything is read and the table is replaced in one step: readers see the old rows or the new ones. --mode append, merge or mirror reads everything too; --mode incremental reads from where the last run stopped, and writes merge where a key is given or the stream has a primary key, else append (--write says otherwise).',
      'A table is named after its stream. The default namespace of the source becomes the default namespace of the destination, other namespaces are kept; --into names it otherwise. Two streams for one table are refused before anything runs.',
      'Each stream succeeds or fails alone. A run that was stopped, however hard, continues with the same command.',
      'Exit codes: 0 done, 1 failed, 2 bad usage, 3 done with rejects, 8 held by the delete guard, 130 interrupted.',
    ],
    examples: [
      { line: 'headgate sync postgres://localhost/shop duckdb:shop.duckdb --stream public.orders', says: 'replace one table' },
      {
        line: "headgate sync env:SHOP duckdb:shop.duckdb --stream 'public.*' --into 'raw.{stream}'",
        says: 'many tables; the location is in $SHOP',
      },
      {
        line: 'headgate sync env:SHOP env:COPY --stream public.orders --mode incremental --cursor updated_at --key id',
        says: 'only what changed',
      },
      { line: 'headgate sync env:SHOP env:COPY --stream public.customers --mode mirror', says: 'deletes follow, with a guard' },
      {
        line: "headgate sync env:SHOP paid.parquet --query 'select * from orders where paid' --name paid",
        says: 'a query into a file',
      },
    ],
    options: [...flowOptions, 'schema', 'derive'],
    positionals: { min: 0, max: 2 },
    load: async () => (await import('./commands/sync.ts')).sync,
  },
  {
    name: 'plan',
    usage: '[SOURCE] [DESTINATION] | FILE',
    summary: 'show what sync or import would do; writes nothing',
    details: [
      'Takes the arguments of sync, or those of import, and prints the lane, the columns with their types, the reasons and the SQL of each stream. For merge and mirror it compares both sides by key and shows how many rows would be added, changed and deleted, with samples. Nothing is written.',
    ],
    examples: [
      { line: 'headgate plan env:SHOP env:COPY --stream public.customers --mode mirror', says: 'rows to add, change, delete' },
      { line: 'headgate plan examples/contacts.csv', says: 'what an import would do' },
    ],
    options: [...flowOptions, 'schema', 'derive', 'limit'],
    positionals: { min: 0, max: 2 },
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'verify',
    usage: '[SOURCE] [DESTINATION] | FILE',
    summary: 'compare source and destination by key and digest',
    details: [
      'Takes the arguments of sync, or those of import, and compares every row of both sides. Rows that differ are looked at a second time, so that a source in use does not raise a false alarm. Names up to 20 keys per kind. Exit code 1 when the sides are not equal.',
    ],
    examples: [
      { line: 'headgate verify env:SHOP env:COPY --stream public.orders', says: 'equal, or the keys that are not' },
      { line: 'headgate verify env:SHOP env:COPY --stream public.events --key id', says: 'a table without primary key' },
    ],
    options: flowOptions,
    positionals: { min: 0, max: 2 },
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'discover',
    usage: '[SOURCE]',
    summary: 'list streams, keys, cursor candidates and sizes',
    details: [
      locations,
      'With --stream or --fields it lists the fields and their types too. Row counts are estimates of the source.',
    ],
    examples: [
      { line: 'headgate discover postgres://localhost/shop', says: 'all streams' },
      { line: 'headgate discover env:SHOP --stream public.orders', says: 'the fields of one' },
      { line: 'headgate discover contacts.csv --fields', says: 'what is in a file' },
    ],
    options: ['stream', 'fields', 'format'],
    positionals: { min: 0, max: 1 },
    load: async () => (await import('./commands/discover.ts')).discover,
  },
  {
    name: 'query',
    usage: 'SQL',
    summary: 'run one SELECT on the embedded warehouse',
    details: [
      'Runs one statement that reads (select, with, from, values, table, describe, show, summarize). The warehouse is opened read-only, without access to files. --in LOCATION queries another database that can be a source.',
    ],
    examples: [
      { line: 'headgate query "select count(*) from contacts"', says: 'on the embedded warehouse' },
      { line: 'headgate query "select * from orders limit 5" --in duckdb:shop.duckdb', says: 'on another one' },
      { line: `headgate query "show tables" --json | jq -r 'select(.type == "row").values[0]'`, says: 'for scripts' },
    ],
    options: ['in'],
    positionals: { min: 1, max: 1 },
    load: async () => (await import('./commands/query.ts')).query,
  },
  {
    name: 'serve',
    usage: '',
    summary: 'start the server: API, schedules and runs',
    details: [
      'Serves the API on http://127.0.0.1:8080 and runs pipelines. Its state lies in a database of its own in the data directory, or in that of --database-url. The very first start prints an admin key, once.',
      'SIGTERM or Ctrl-C: runs have 30 seconds (HEADGATE_GRACE) to end, then they are handed back and continue at the next start; a second signal ends at once.',
    ],
    examples: [
      { line: 'headgate serve', says: 'everything on this machine' },
      {
        line: 'headgate serve --role api --database-url env:STATE --host 0.0.0.0 --insecure-http',
        says: 'only the API, behind a proxy that ends TLS; workers elsewhere',
      },
    ],
    options: ['role', 'host', 'port', 'data-dir', 'database-url', 'insecure-http', 'no-sample', 'test-clock'],
    positionals: { min: 0, max: 0 },
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    name: 'worker',
    usage: '',
    summary: 'carry out runs of a server on any machine that reaches its database',
    details: ['Any number of them share the runs. Ends as `headgate serve` does.'],
    examples: [{ line: 'DATABASE_URL=postgres://… headgate worker', says: 'one more worker' }],
    options: ['data-dir', 'database-url'],
    positionals: { min: 0, max: 0 },
    load: async () => (await import('./commands/serve.ts')).worker,
  },
  {
    name: 'keys',
    usage: 'create|list|revoke|rotate [NAME]',
    summary: 'API keys of a server, and its master key',
    details: [
      'create, list and revoke ask the server that runs on the data directory, or that of --url, with the key in HEADGATE_KEY.',
      'rotate makes a new master key while the server is stopped: every secret is wrapped with it, in one transaction. API keys stay valid: the server knows only hashes of them, so the key of those hashes is kept, sealed. Where the master key comes from HEADGATE_MASTER_KEY, HEADGATE_NEW_MASTER_KEY holds the new one.',
    ],
    examples: [
      { line: 'headgate keys create nightly --scope runs:write --scope runs:read', says: 'for one task' },
      { line: 'headgate keys create laptop --principal pri_0abc', says: 'for somebody else' },
      { line: 'headgate keys revoke 5edfb941512792f5', says: 'its next request is refused' },
    ],
    options: ['url', 'workspace', 'scope', 'expires', 'principal', 'data-dir', 'database-url'],
    positionals: { min: 1, max: 2 },
    load: async () => (await import('./commands/keys.ts')).keys,
  },
  {
    name: 'runs',
    usage: 'list | tail [RUN] | cancel|rejects|replay|undo RUN [FILE]',
    summary: 'runs of a running server',
    details: [
      'tail shows the log of a run, the newest one where none is named, until it has ended; its exit code says how.',
      'rejects lists the refused fields of a run, or writes the refused rows into a csv FILE. replay brings corrected rows, csv or JSON lines, into the table that refused them. undo puts a table and its position back to what they were before the run. Where a run has several tables, --table names one.',
    ],
    examples: [
      { line: 'headgate runs tail', says: 'what is happening now' },
      { line: 'headgate runs rejects run_… bad.csv', says: 'the rows to correct' },
      { line: 'headgate runs replay run_… bad.csv', says: 'in they go' },
      { line: 'headgate runs undo run_…', says: 'as it was before' },
    ],
    options: ['url', 'workspace', 'data-dir', 'table'],
    positionals: { min: 0, max: 3 },
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  {
    name: 'apply',
    usage: '[FOLDER]',
    summary: 'create and change pipelines of a running server from files',
    details: [
      'Reads every .json file of the folder (default `pipelines`): one pipeline each, as `headgate export` writes them. Connections are named by their slugs. Pipelines that no file names stay as they are.',
    ],
    examples: [{ line: 'headgate apply pipelines/', says: 'from version control' }],
    options: ['url', 'workspace', 'data-dir'],
    positionals: { min: 0, max: 1 },
    load: async () => (await import('./commands/as-files.ts')).apply,
  },
  {
    name: 'export',
    usage: '[FOLDER]',
    summary: 'write the pipelines of a running server into files',
    details: [
      'One .json file per pipeline (default folder `pipelines`), without what the server makes by itself. There are no secrets in them.',
    ],
    examples: [{ line: 'headgate export pipelines/', says: 'into version control' }],
    options: ['url', 'workspace', 'data-dir'],
    positionals: { min: 0, max: 1 },
    load: async () => (await import('./commands/as-files.ts')).exportPipelines,
  },
  {
    name: 'backup',
    usage: 'FILE',
    summary: 'everything that a server knows and holds, as one file',
    details: [
      'State, warehouses and files of the data directory, while the server runs or not; with HEADGATE_BACKUP_PASSPHRASE also the master key, sealed with it. The file is checked before it gets its name. A running server is asked with the key in HEADGATE_KEY.',
    ],
    examples: [{ line: 'HEADGATE_BACKUP_PASSPHRASE=… headgate backup monday.tar.zst', says: 'with the master key' }],
    options: ['url', 'data-dir', 'database-url'],
    positionals: { min: 1, max: 1 },
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  {
    name: 'restore',
    usage: 'FILE',
    summary: 'put a backup into an empty data directory',
    details: [
      'Checks the whole file first. The state goes into a database of the data directory, or into the empty one of --database-url. The master key comes from the backup (HEADGATE_BACKUP_PASSPHRASE) or from HEADGATE_MASTER_KEY.',
    ],
    examples: [
      { line: 'HEADGATE_BACKUP_PASSPHRASE=… headgate restore monday.tar.zst --data-dir /srv/headgate', says: 'on a new machine' },
    ],
    options: ['data-dir', 'database-url'],
    positionals: { min: 1, max: 1 },
    load: async () => (await import('./commands/backup.ts')).restore,
  },
  {
    name: 'doctor',
    usage: '[LOCATION…]',
    summary: 'check this machine and the given locations',
    details: [
      'Checks versions, drivers, memory, disk and the state directory, and connects to the given locations. Exit code 1 if something needed is missing.',
    ],
    examples: [
      { line: 'headgate doctor', says: 'this machine' },
      { line: 'headgate doctor env:SHOP duckdb:shop.duckdb', says: 'and two locations' },
    ],
    options: [],
    positionals: { min: 0, max: Infinity },
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'help',
    usage: '[COMMAND]',
    summary: 'examples and all options of a command',
    details: [],
    examples: [{ line: 'headgate help sync', says: 'the long form' }],
    options: [],
    positionals: { min: 0, max: 1 },
    load: async () => (await import('./commands/help.ts')).help,
  },
  {
    name: 'version',
    usage: '',
    summary: 'the version of Headgate',
    details: [],
    examples: [],
    options: [],
    positionals: { min: 0, max: 0 },
    load: async () => (await import('./commands/version.ts')).version,
  },
];

export const findCommand = (name: string): CommandInfo | undefined => commands.find((command) => command.name === name);
