/** What a point is: who moves what where, and what dies on the way. Facts and pure decisions; `draw.ts` picks among them. */

/** Each mode with the options that ask for it. */
export const modes = {
  'snapshot × append': ['--mode', 'append'],
  'snapshot × replace': ['--mode', 'replace'],
  'snapshot × merge': ['--mode', 'merge'],
  'snapshot × mirror': ['--mode', 'mirror'],
  'incremental × append': ['--mode', 'incremental', '--write', 'append'],
  'incremental × merge': ['--mode', 'incremental', '--write', 'merge'],
} as const;

export type Mode = keyof typeof modes;

export const allModes = Object.keys(modes) as readonly Mode[]; // the keys of the object above

/** Each destination with the modes that it has. A file has no place for a merge. */
export const destinations = {
  postgres: allModes,
  mysql: allModes,
  duckdb: allModes,
  file: ['snapshot × append', 'snapshot × replace'],
} as const satisfies Record<string, readonly Mode[]>;

export type DestinationName = keyof typeof destinations;

export const allDestinations = Object.keys(destinations) as readonly DestinationName[]; // as above

/** Destinations that are a server: it can be killed, and the wire to it can fail. */
export const serverNames = ['postgres', 'mysql'] as const satisfies readonly DestinationName[];

export type ServerName = (typeof serverNames)[number];

export const isServer = (destination: DestinationName): destination is ServerName =>
  serverNames.some((name) => name === destination);

/** `share` is of something only known at run time: the seconds of a clean run, the bytes that it moves. */
export type Victim =
  /** SIGKILL to our process at a named boundary. */
  | { readonly kind: 'failpoint'; readonly name: string }
  /** SIGKILL to our process at a random time. */
  | { readonly kind: 'time'; readonly share: number }
  /** SIGKILL to the destination's server while our process waits at a named boundary; then it starts again. */
  | { readonly kind: 'server'; readonly name: string }
  | { readonly kind: 'wire'; readonly side: Side; readonly fault: WireFault };

export type Side = 'source' | 'destination';

export type WireFault =
  | { readonly kind: 'lose-commit-reply'; readonly skip: number }
  | { readonly kind: 'cut' | 'stall-cut'; readonly direction: 'to-server' | 'to-client'; readonly share: number }
  /** As a server that goes down and comes back: cut, then no new connection for a while. */
  | { readonly kind: 'refuse'; readonly direction: 'to-server' | 'to-client'; readonly share: number; readonly ms: number };

export interface Scenario {
  readonly mode: Mode;
  readonly source: ServerName;
  readonly destination: DestinationName;
  readonly victim: Victim;
  /** `first`: the run that creates the table is struck; `later`: one that finds the rows of an earlier run. */
  readonly phase: 'first' | 'later';
  /** Incremental reads follow it. With `id` the source only inserts: an update would not move the cursor. */
  readonly cursor: 'updated_at' | 'id';
  /** Without a primary key an append must tell re-read rows from true repetitions by their whole content. */
  readonly keyed: boolean;
  /** Are rows deleted between the runs? */
  readonly deletes: boolean;
  /** Does the destination's table carry an index and a view, which replace has to keep? */
  readonly dependents: boolean;
  readonly rows: number;
}

/** Failpoints that no scenario of this harness reaches, each with the test that does. */
const elsewhere: Readonly<Record<string, string>> = {
  'engine.acknowledged': 'test/e2e/change-stream.pg.test.ts: only sources that hold history are acknowledged',
  'engine.partitions-opened': 'test/e2e/many-machines-spread.pg.test.ts: only a service has other workers',
  'engine.partition-staged': 'test/e2e/many-machines-spread.pg.test.ts: small tables are read as a whole',
};

export function isElsewhere(failpoint: string): boolean {
  return Object.hasOwn(elsewhere, failpoint);
}

/** Does a run into this destination pass the boundary? */
export function reaches(failpoint: string, destination: DestinationName): boolean {
  const area = failpoint.split('.')[0];
  return !isElsewhere(failpoint) && (area === 'engine' || area === destination);
}

/** The options of the command, beside its locations. */
export function optionsOf({ mode, source, cursor, keyed }: Scenario): readonly string[] {
  const incremental = mode.startsWith('incremental');
  const merges = mode.endsWith('merge') || mode.endsWith('mirror');
  return [
    '--stream',
    source === 'postgres' ? 'public.orders' : 'orders',
    ...modes[mode],
    ...(incremental ? ['--cursor', cursor] : []),
    ...(merges && !keyed ? ['--key', 'id'] : []),
  ];
}

/** One line for people and for the replay of a failing point. */
export function nameOf({ mode, source, destination, victim, phase, cursor, keyed, deletes, dependents, rows }: Scenario): string {
  const details = [
    `${phase} run`,
    `${rows} rows`,
    ...(mode.startsWith('incremental') ? [`cursor ${cursor}`] : []),
    ...(keyed ? [] : ['no primary key']),
    ...(deletes ? ['deletes'] : []),
    ...(dependents ? ['dependents'] : []),
  ];
  return `${mode} from ${source} into ${destination}, ${victimName(victim)} (${details.join(', ')})`;
}

export function victimName(victim: Victim): string {
  switch (victim.kind) {
    case 'failpoint':
      return `kill at ${victim.name}`;
    case 'time':
      return `kill at ${Math.round(victim.share * 100)} % of the time`;
    case 'server':
      return `server killed at ${victim.name}`;
    case 'wire':
      return `${victim.side} wire: ${JSON.stringify(victim.fault)}`;
  }
}
