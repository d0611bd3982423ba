/** Other tools that do the same work: measured where the machine has them, never required. */
import { spawnSync } from 'node:child_process';
import type { Command } from './measure.ts';

interface PeerFacts {
  /** One line that puts it on the PATH. */
  readonly install: string;
  readonly version: readonly [string, ...string[]];
  /** How many times our CPU per row it must cost at least; absent = only measured. */
  readonly floor?: number;
}

/** Libraries without a command: found by the `python3` of the PATH. */
const distribution = (name: string): PeerFacts['version'] => [
  'python3',
  '-c',
  `from importlib.metadata import version; print(version(${JSON.stringify(name)}))`,
];

export const peers = {
  pgloader: { install: 'apt-get install pgloader', version: ['pgloader', '--version'], floor: 8 },
  sling: { install: 'pip install sling', version: ['sling', '--version'], floor: 2 },
  dlt: {
    install: `pip install 'dlt[postgres,duckdb]' duckdb==1.5.6 sqlalchemy pyarrow`,
    version: distribution('dlt'),
    floor: 3,
  },
  pgcopydb: { install: 'apt-get install pgcopydb', version: ['pgcopydb', '--version'] },
  apitap: { install: 'pip install apitap', version: distribution('apitap') },
} as const satisfies Readonly<Record<string, PeerFacts>>;

export type PeerName = keyof typeof peers;

export const factsOf = (name: PeerName): PeerFacts => peers[name];

/** What it says its version is; undefined = it is not here, or does not start. */
export function versionOf(name: PeerName): string | undefined {
  const [program, ...args] = peers[name].version;
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] : undefined;
}

/** The databases with their passwords, which stay out of the arguments. */
const urls = (source: string, target: string): Readonly<Record<string, string>> => ({ SOURCE: source, TARGET: target });

const local = (url: string): string => `${url}?sslmode=disable`;

const slingRun = (words: string, environment: Readonly<Record<string, string>>): Command => ({
  argv: ['sling', 'run', ...words.split(' ')],
  environment,
});

/** Into a table that is there and empty. */
export const slingTable = (source: string, target: string): Command =>
  slingRun(
    '--src-conn SOURCE --src-stream public.items --tgt-conn TARGET --tgt-object public.items --mode truncate',
    urls(local(source), local(target)),
  );

export const slingDuckdb = (source: string, file: string): Command =>
  slingRun(
    '--src-conn SOURCE --src-stream public.items --tgt-conn TARGET --tgt-object main.items --mode full-refresh',
    urls(local(source), `duckdb://${file}`),
  );

/** Into a table that is there and empty. */
export const slingFile = (file: string, target: string): Command =>
  slingRun(`--src-stream file://${file} --tgt-conn TARGET --tgt-object public.items --mode truncate`, { TARGET: local(target) });

const loader = new URL('dlt-load.py', import.meta.url).pathname;

/** The table goes into a schema of its own. */
export const dlt = (
  destination: 'postgres' | 'duckdb',
  source: string,
  target: string,
  schema: string,
  folder: string,
): Command => ({
  argv: ['python3', loader, destination, schema, folder],
  environment: {
    // Its two halves want the driver said, and not said.
    ...urls(source.replace(/^postgres:/, 'postgresql+psycopg2:'), target.replace(/^postgres:/, 'postgresql:')),
    RUNTIME__DLTHUB_TELEMETRY: 'false',
    RUNTIME__LOG_LEVEL: 'ERROR',
  },
});

export const apitap = (source: string, target: string): Command => ({
  argv: ['python3', '-c', 'import apitap, os; apitap.transfer(os.environ["SOURCE"], os.environ["TARGET"], table="public.items")'],
  environment: urls(local(source), local(target)),
});

export const pgcopydb = (source: string, target: string, folder: string): Command => ({
  argv: ['pgcopydb', 'copy', 'table-data', '--dir', `${folder}/pgcopydb`, '--restart', '--not-consistent'],
  environment: { PGCOPYDB_SOURCE_PGURI: source, PGCOPYDB_TARGET_PGURI: target },
});

/** The password comes from the environment. */
export const pgloader = (script: string): Command => ({ argv: ['pgloader', '--on-error-stop', script] });

export const pgloaderScript = (file: string, location: string): string =>
  `load csv from '${file}' with encoding utf-8 into ${location}?sslmode=disable target table public.items
  with skip header = 1, fields optionally enclosed by '"', fields escaped by double-quote, fields terminated by ',';
`;
