/**
 * Every error code: may the same run succeed by itself later (`retry`), and what a person can do about it.
 * docs/errors.md has one section per code; a test holds the two together.
 */
interface CodeInfo {
  readonly retry: 'later' | 'never';
  readonly hint: string;
}

const never = (hint: string): CodeInfo => ({ retry: 'never', hint });
const later = (hint: string): CodeInfo => ({ retry: 'later', hint });

export const codes = {
  'usage.arguments': never('run `headgate help` for the commands and their options'),
  'usage.type': never('run `headgate help sync` for the type names'),
  'usage.scheme': never('`headgate help sync` says what a location is; a file whose name holds a colon is ./NAME'),
  'usage.mode': never('choose a mode that both sides support; `headgate help sync` lists them'),
  'usage.schema': never('docs/rules.md shows what a schema file may hold'),
  'usage.collision': never('give each stream its own table with --into'),
  'connect.unreachable': later('check host, port and that the server is running'),
  'connect.refused': never('check user name and password'),
  'connect.lost': later('run the same command again: it continues where it stopped'),
  'connect.missing': never('check the database name'),
  'connect.tunnel': never('check the ssh settings of the location against docs/connections.md'),
  'connect.forbidden': never(
    'name a host on the public internet, or open its network: HEADGATE_ALLOW_NETWORKS=10.0.0.0/8 (docs/security.md)',
  ),
  'access.denied': never('grant the missing right, or use another role'),
  'stream.missing': never('`headgate discover` lists the streams'),
  'stream.query': never('check the query or filter against the source'),
  'stream.changed': later('run the same command again'),
  'field.missing': never('`headgate discover` lists the fields'),
  'cursor.missing': never('`headgate discover` lists cursor candidates; name one with --cursor'),
  'cursor.null': never('choose --null-cursor include or skip, or another cursor'),
  'cursor.type': never('choose a cursor that only grows: a number, a date or a time'),
  'key.missing': never('name the columns that identify a row with --key'),
  'key.duplicate': never('choose a key that identifies one row, or name a --version field that picks the newest'),
  'key.null': never('choose a key whose columns are never NULL'),
  'type.unsupported': never('leave the field out with --select, or convert it with --cast'),
  'schema.incompatible': never('rename, cast or leave out the field, or change the table'),
  'schema.exists': never('choose another table with --into, or another --existing policy'),
  'value.invalid': never('find the rows with the given field, fix them, or allow rejects with --max-rejects'),
  'file.missing': never('check the path'),
  'file.forbidden': never('use a folder of HEADGATE_FILE_ROOTS, or a relative path for the own folder of the workspace'),
  'file.format': never('check that the file is what its name says, or name its format with --format'),
  'file.truncated': never('fetch the file again: its end is missing'),
  'file.limit': never('check what the file is; allow more with ?limit=BYTES'),
  'file.changed': later('wait until nobody writes to the file, then run again'),
  'disk.full': later('free space on the named disk, then run the same command again'),
  'memory.full': later('raise HEADGATE_DUCKDB_MEMORY, or free memory'),
  'read.incomplete': later('run the same command again; nothing was published'),
  'rejects.limit': never('fix the rows, or allow them with --max-rejects'),
  'rule.timeout': never('simplify the pattern: nested repeats like (a+)+ take forever on some texts'),
  'publish.held': never('look at the rows with `headgate plan`, then allow it with --allow-delete'),
  'publish.fenced': later('another run of this pipeline has taken over; look at its receipt'),
  'publish.counts': later('run the same command again; nothing was published'),
  'publish.busy': later('another session holds a lock; run again when it has finished'),
  'undo.gone': never('only runs of a flow with `undo` can be undone, the newest first, and only as many as it says'),
  'undo.overtaken': never('undo the later publish first, or run the pipeline again'),
  'undo.changed': never('give the table the columns back that the run left it with, or run the pipeline again'),
  'ledger.newer': never('use the Headgate version that wrote this ledger, or a newer one'),
  'warehouse.locked': later('another process has the file open; close it or wait'),
  'warehouse.damaged': never('restore the file from a backup, or import again into a new one'),
  'warehouse.lost': later('run again: what was acknowledged is there, the rest is done again'),
  'query.invalid': never('check the statement; only one SELECT is allowed'),
  'verify.key': never('name the columns that identify a row with --key'),
  'request.invalid': never('look at the named fields; GET /openapi.json describes each request'),
  'request.conflict': never('use a new idempotency key for another request'),
  'request.busy': later('the same request is being answered; ask again in a moment'),
  'request.limit': later('wait as many seconds as Retry-After says'),
  'access.key': never('send a key that is valid: Authorization: Bearer hg_…'),
  'access.scope': never('use a key with that scope; `headgate keys create` makes one'),
  'object.missing': never('check the id; keys see only their own workspace'),
  'object.conflict': never('look at the state of the object first'),
  'object.changed': later('read the object again and repeat the change'),
  'state.conflict': never('choose another name, slug or id'),
  'state.unreachable': later('check the state database; requests work again when it answers'),
  'state.newer': never('use the Headgate version that wrote this state, or a newer one'),
  'state.locked': never('stop the other server, or name another --data-dir'),
  'state.embedded': never('look at state/log in the data directory, or name a database with DATABASE_URL'),
  'server.unreachable': later('check that the server runs and that this machine reaches it'),
  'server.refused': never('look at what the server says'),
  'secret.sealed': never('start with the master key that sealed it: HEADGATE_MASTER_KEY or master.key in the data directory'),
  'config.invalid': never('docs/server.md lists the settings'),
  'run.cancelled': later('run the same command again: it continues where it stopped'),
  'internal.unexpected': later('this is a bug in Headgate: please report it with the output of --debug'),
} as const satisfies Record<string, CodeInfo>;

export type ErrorCode = keyof typeof codes;
