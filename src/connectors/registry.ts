import type { Connector } from '../sdk/index.ts';

export interface Registration {
  readonly name: string;
  /** Location schemes: `postgres:…`. The `file` connector also takes what has no scheme. */
  readonly schemes: readonly string[];
  load(): Promise<Connector>;
}

/** One line per connector; nothing is imported before a location asks for it. */
export const registry: readonly Registration[] = [
  { name: 'postgres', schemes: ['postgres', 'postgresql'], load: async () => (await import('./postgres/index.ts')).postgres },
  { name: 'duckdb', schemes: ['duckdb'], load: async () => (await import('./duckdb/index.ts')).duckdb },
  { name: 'mysql', schemes: ['mysql', 'mariadb'], load: async () => (await import('./mysql/index.ts')).mysql },
  { name: 'file', schemes: ['file', 'http', 'https', ''], load: async () => (await import('./file/index.ts')).file },
];
