import type { Connector } from '../sdk/index.ts';

export interface Registration {
  readonly name: string;
  /** Location schemes: `postgres:…`. The `file` connector also takes what has no scheme. */
  readonly schemes: readonly string[];
  /** What people type for one, in help texts. */
  readonly location: string;
  /** Settings for the warehouse that every workspace has, where this connector can be one. */
  warehouse?(path: string): { readonly path: string };
  load(): Promise<Connector>;
}

/** One entry per connector; nothing is imported before a location asks for it. */
export const registry: readonly Registration[] = [
  {
    name: 'postgres',
    schemes: ['postgres', 'postgresql'],
    location: 'postgres://user@host/database',
    load: async () => (await import('./postgres/index.ts')).postgres,
  },
  {
    name: 'redshift',
    schemes: ['redshift'],
    location: 'redshift://user@host/database',
    load: async () => (await import('./redshift/index.ts')).redshift,
  },
  {
    name: 'mysql',
    schemes: ['mysql', 'mariadb'],
    location: 'mysql://user@host/database',
    load: async () => (await import('./mysql/index.ts')).mysql,
  },
  {
    name: 'duckdb',
    schemes: ['duckdb'],
    location: 'duckdb:FILE',
    warehouse: (path) => ({ path }),
    load: async () => (await import('./duckdb/index.ts')).duckdb,
  },
  {
    name: 'file',
    schemes: ['file', 'http', 'https', ''],
    location: 'a file path, https://…, - (stdin or stdout)',
    load: async () => (await import('./file/index.ts')).file,
  },
];
