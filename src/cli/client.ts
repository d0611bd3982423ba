/** The running server, for commands that are nothing but its API. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HeadgateError } from '../domain/error.ts';
import { serverFile } from '../app.ts';
import type { World } from './command.ts';
import type { Values } from './options.ts';

export type Reply = Readonly<Record<string, unknown>>;

export interface Client {
  /** In the workspace of `--workspace`. Throws what the server answers, as `server.refused`. */
  ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Reply>;
  /** A file of the server, as text. */
  text(path: string): Promise<string>;
}

export async function connectServer({ env, stateDir, signal }: World, values: Values): Promise<Client> {
  const url = values.url ?? (await addressIn(resolve(values['data-dir'] ?? (env['HEADGATE_DATA_DIR'] || stateDir))));
  const key = env['HEADGATE_KEY'] || env['HEADGATE_ADMIN_KEY'];
  if (!key) {
    throw new HeadgateError('access.key', 'asking the server: no key was given', {
      hint: 'put a key into HEADGATE_KEY; the very first start of the server prints one',
    });
  }
  const base = `${url.replace(/\/$/, '')}/v1/workspaces/${encodeURIComponent(values.workspace ?? '1')}`;
  const said = async (method: string, path: string, body?: object): Promise<string> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const reply = await fetch(`${base}${path}`, { method, headers, signal, ...(body && { body: JSON.stringify(body) }) }).catch(
      (cause: unknown) => {
        throw new HeadgateError('server.unreachable', `asking the server at ${url}: it does not answer`, { cause });
      },
    );
    const text = await reply.text();
    if (reply.ok) return text;
    const problem = parsed(text);
    const detail = typeof problem?.['detail'] === 'string' ? problem['detail'] : `it says ${reply.status}`;
    throw new HeadgateError('server.refused', `asking the server: ${detail}`, {
      ...(typeof problem?.['hint'] === 'string' && { hint: problem['hint'] }),
    });
  };
  return {
    async ask(method, path, body) {
      const answer = parsed(await said(method, path, body));
      if (answer) return answer;
      throw new HeadgateError('server.refused', 'asking the server: it answers something that is no JSON');
    },
    text: async (path) => await said('GET', path),
  };
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
