import { resolve } from 'node:path';
import { z } from 'zod';

export const config = z.object({
  path: z.string({ error: 'name the file: duckdb:FILE' }).min(1, 'name the file: duckdb:FILE').meta({
    title: 'File',
    description: 'The DuckDB file. It is created when something is written to it.',
    example: 'warehouse.duckdb',
  }),
});

export type Config = z.infer<typeof config>;

/** `duckdb:warehouse.duckdb`, `duckdb:/data/w.duckdb`, `duckdb:///data/w.duckdb`. */
export function parse(location: string): unknown {
  return { path: location.replace(/^duckdb:/i, '').replace(/^\/\/(?=\/)/, '') };
}

export const identity = ({ path }: Config): string => `duckdb:${resolve(path)}`;
