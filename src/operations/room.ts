/** The room in which a workspace's connections are opened: its own folder on disk, its own scratch, and what it may reach. */
import { join } from 'node:path';
import { createContext, type OpenDuck, type Reach } from '../engine/context.ts';
import type { Context, Log } from '../sdk/index.ts';
import type { OpContext, Ports } from './operation.ts';

export interface Room {
  /** Journals, names and scratch of this workspace. */
  readonly stateDir: string;
  readonly reach: Reach;
  readonly openDuck?: OpenDuck;
}

type Parts = Pick<Ports, 'dataDir' | 'net' | 'fileRoots' | 'openDuck'>;

export function roomOf({ dataDir, net, fileRoots, openDuck }: Parts, workspace: number): Room {
  const own = join(dataDir, 'files', String(workspace));
  return {
    stateDir: join(dataDir, 'engine', String(workspace)),
    reach: { net, folders: [own, ...fileRoots] },
    ...(openDuck && { openDuck }),
  };
}

/** For whoever looks at a connection between two requests. */
export async function enterRoom(context: OpContext, log: Log): Promise<Context & AsyncDisposable> {
  return await createContext({ ...roomOf(context, context.workspace), signal: context.signal, log });
}
