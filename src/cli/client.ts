/** The running server, for commands that are nothing but its API. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { HeadgateError } from '../domain/error.ts';
import { serverFile } from '../app.ts';
import type { World } from './command.ts';
import type { Values } from './options.ts';

export type Reply = Readonly<Record<string, unknown>>;

export interface Client {
  /** In the workspace of `--workspace`. Throws what the server answers, as `server.refused`. */
  ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Reply>;
  /** The bytes of the answer to a POST, as they come. Throws as `ask`. */
  download(path: string, body: object): Promise<Readable>;
}

export async function connectServer({ env, stateDir, signal }: World, values: Values): Promise<Client> {
  const url = values.url ?? (await addressIn(resolve(values['data-dir'] ?? (env['HEADGATE_DATA_DIR'] || stateDir))));
  const key = env['HEADGATE_KEY'] || env['HEADGATE_ADMIN_KEY'];
  if (!key) {
    throw new HeadgateError('access.key', 'asking the server: no key was given', {
      hint: 'put a key into HEADGATE_KEY; the very first start of the server prints one',
    });
  }
  const root = url.replace(/\/$/, '');
  const base = `${root}/v1/workspaces/${encodeURIComponent(values.workspace ?? '1')}`;
  const send = async (method: string, address: string, body?: object): Promise<Response> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const reply = await fetch(address, { method, headers, signal, ...(body && { body: JSON.stringify(body) }) }).catch(
      (cause: unknown) => {
        throw new HeadgateError('server.unreachable', `asking the server at ${url}: it does not answer`, { cause });
      },
    );
    if (reply.ok) return reply;
    throw refused(reply.status, parsed(await reply.text()));
  };
  return {
    async ask(method, path, body) {
      const reply = await send(method, `${base}${path}`, body);
      const said = parsed(await reply.text());
      if (said) return said;
      throw refused(reply.status, undefined);
    },
    async download(path, body) {
      const { body: stream } = await send('POST', `${root}${path}`, body);
      return stream ? Readable.fromWeb(stream) : Readable.from([]);
    },
  };
}

function refused(status: number, said: Reply | undefined): HeadgateError {
  const detail = typeof said?.['detail'] === 'string' ? said['detail'] : `it says ${status}`;
  return new HeadgateError('server.refused', `asking the server: ${detail}`, {
    ...(typeof said?.['hint'] === 'string' && { hint: said['hint'] }),
  });
}

function parsed(text: string): Reply | undefined {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Reply) : undefined; // an object by its type
  } catch {
    return undefined;
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
