/** What a backup says about itself, in its first entry. */
import { z } from 'zod';

export const manifestName = 'manifest.json';
/** The master key, under the passphrase; absent where none was given. */
export const keyName = 'keys/master.key.sealed';
/** Files of the data directory, by their paths in it. */
export const filesPrefix = 'data/';
/** Rows of one table, in pieces: `state/runs/00000001`. */
export const rowsPrefix = 'state/';

export const manifest = z.object({
  format: z.literal(1),
  program: z.string(),
  created_at: z.iso.datetime(),
  /** Names the master key without telling it. */
  master_key: z.string(),
  state: z.object({
    migrations: z.array(z.number().int()),
    tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
    sequences: z.array(z.object({ name: z.string(), last: z.string(), called: z.boolean() })),
  }),
});

export type Manifest = z.output<typeof manifest>;

/** Folders and files at the top of a data directory that belong to a process, or are kept in another form. */
const left = /^(state|server\.lock.*|server\.json|master\.key(\.new)?|restore\.incomplete)$/;

/** Is this path, relative to the data directory, part of a backup? */
export function isKept(path: string): boolean {
  const parts = path.split('/');
  return !left.test(parts[0] ?? '') && !(parts[0] === 'engine' && parts[2] === 'scratch');
}
