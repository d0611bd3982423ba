/** The running server, for commands that are nothing but its API. */
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { ApiError, Client, type Input, type Item, type ListName, type OperationName, type Reply } from '../client/client.ts';
import { HeadgateError } from '../domain/error.ts';
import { addressIn } from '../server-file.ts';
import { dataDirOf } from './hosted.ts';
import type { World } from './command.ts';
import type { Values } from './options.ts';

/** What the server refuses is `server.refused`, in its words; where it does not answer, `server.unreachable`. */
export interface Connected {
  /** In the workspace of `--workspace`. */
  call<N extends OperationName>(name: N, input: Input<N>): Promise<Reply<N>>;
  /** An answer that is a file, as text. */
  text<N extends OperationName>(name: N, input: Input<N>): Promise<string>;
  all<N extends ListName>(name: N, input: Omit<Input<N>, 'cursor' | 'limit'>): Promise<readonly Item<N>[]>;
  /** The bytes of the answer, as they come. */
  stream<N extends OperationName>(name: N, input: Input<N>): Promise<Readable>;
  /** All bytes of a file that was created. */
  upload(file: string, bytes: Blob): Promise<void>;
}

export async function connectServer({ env, stateDir, signal }: World, values: Values): Promise<Connected> {
  const url = values.url ?? (await addressOf(values['data-dir'] ?? dataDirOf({ env, stateDir })));
  const key = env['HEADGATE_KEY'] || env['HEADGATE_ADMIN_KEY'];
  if (!key) {
    throw new HeadgateError('access.key', 'asking the server: no key was given', {
      hint: 'put a key into HEADGATE_KEY; the very first start of the server prints one',
    });
  }
  const client = new Client({ url, key, workspace: values.workspace ?? '1', signal });
  return {
    call: async (name, input) => await told(url, signal, async () => await client.call(name, input)),
    text: async (name, input) => await told(url, signal, async () => await new Response(await client.stream(name, input)).text()),
    all: async (name, input) => await told(url, signal, async () => await client.all(name, input)),
    upload: async (file, bytes) => await told(url, signal, async () => await client.upload(file, bytes)),
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
async function addressOf(folder: string): Promise<string> {
  const dataDir = resolve(folder);
  try {
    return await addressIn(dataDir);
  } catch (cause) {
    throw new HeadgateError('server.unreachable', `looking for a server in ${dataDir}: none runs on it`, {
      hint: 'start one with `headgate serve`, or name another with --url',
      cause,
    });
  }
}
