/** The running server, for commands that are nothing but its API. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { ApiError, Client, type Input, type Item, type ListName, type OperationName, type Reply } from '../client/client.ts';
import { HeadgateError } from '../domain/error.ts';
import { serverFile } from '../app.ts';
import type { World } from './command.ts';
import type { Values } from './options.ts';

/** What the server refuses is `server.refused`, in its words; where it does not answer, `server.unreachable`. */
export interface Connected {
  /** In the workspace of `--workspace`. */
  call<N extends OperationName>(name: N, input: Input<N>): Promise<Reply<N>>;
  all<N extends ListName>(name: N, input: Omit<Input<N>, 'cursor' | 'limit'>): Promise<readonly Item<N>[]>;
  /** The bytes of the answer, as they come. */
  stream<N extends OperationName>(name: N, input: Input<N>): Promise<Readable>;
}

export async function connectServer({ env, stateDir, signal }: World, values: Values): Promise<Connected> {
  const url = values.url ?? (await addressIn(resolve(values['data-dir'] ?? (env['HEADGATE_DATA_DIR'] || stateDir))));
  const key = env['HEADGATE_KEY'] || env['HEADGATE_ADMIN_KEY'];
  if (!key) {
    throw new HeadgateError('access.key', 'asking the server: no key was given', {
      hint: 'put a key into HEADGATE_KEY; the very first start of the server prints one',
    });
  }
  const client = new Client({ url, key, workspace: values.workspace ?? '1', signal });
  return {
    call: async (name, input) => await told(url, signal, async () => await client.call(name, input)),
    all: async (name, input) => await told(url, signal, async () => await client.all(name, input)),
    stream: async (name, input) => Readable.fromWeb(await told(url, signal, async () => await client.stream(name, input))),
  };
}

async function told<T>(url: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof ApiError)) {
      throw new HeadgateError('server.unreachable', `asking the server at ${url}: it does not answer`, { cause });
    }
    const hint = cause.problem?.hint;
    throw new HeadgateError('server.refused', `asking the server: ${cause.message}`, { ...(hint !== undefined && { hint }) });
  }
}

/** A server writes its address into its data directory while it listens. */
async function addressIn(dataDir: string): Promise<string> {
  try {
    // Written by our own server.
    return (JSON.parse(await readFile(join(dataDir, serverFile), 'utf8')) as { url: string }).url;
  } catch (cause) {
    throw new HeadgateError('server.unreachable', `looking for a server in ${dataDir}: none runs on it`, {
      hint: 'start one with `headgate serve`, or name another with --url',
      cause,
    });
  }
}
