/** The room in which a workspace's connections are opened: its own folder on disk, its own scratch, and what it may reach. */
import { join } from 'node:path';
import { createContext, type OpenDuck, type Reach } from '../engine/context.ts';
import type { Context, Log } from '../sdk/index.ts';
import { fetchUploads } from './files/named.ts';
import type { OpContext, Ports } from './operation.ts';

export interface Room {
  /** Journals, names and scratch of this workspace. */
  readonly stateDir: string;
  readonly reach: Reach;
  readonly openDuck?: OpenDuck;
}

type Parts = Pick<Ports, 'dataDir' | 'net' | 'fileRoots' | 'openDuck'>;
/** Whoever reads sources needs these as well. */
type Uploads = Pick<Ports, 'db' | 'clock' | 'storage'>;

/** Where a workspace's own files lie: its warehouse, and what its connections name by relative paths. */
export const ownFolder = (dataDir: string, workspace: number): string => join(dataDir, 'files', String(workspace));

export function roomOf(parts: Parts & (Uploads | { readonly storage?: never }), workspace: number): Room {
  const { dataDir, net, fileRoots, openDuck } = parts;
  return {
    stateDir: join(dataDir, 'engine', String(workspace)),
    reach: {
      net,
      folders: [ownFolder(dataDir, workspace), ...fileRoots],
      ...(parts.storage && { uploads: fetchUploads(parts, workspace) }),
    },
    ...(openDuck && { openDuck }),
  };
}

/** For whoever looks at a connection between two requests. */
export async function enterRoom(context: OpContext, log: Log): Promise<Context & AsyncDisposable> {
  return await createContext({ ...roomOf(context, context.workspace), signal: context.signal, log });
}
