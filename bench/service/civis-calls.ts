/** The calls of the vendor's client. */
import { open, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { adminKey, type Service } from '../../test/support/service.ts';

const mib = 1 << 20;
export type Fields = Readonly<Record<string, unknown>>;

const headers = {
  authorization: `Basic ${Buffer.from(`${adminKey}:`).toString('base64')}`,
  'content-type': 'application/json',
  connection: 'close',
};

export async function call(service: Service, method: string, path: string, body: object = {}): Promise<Fields> {
  const text = method === 'GET' ? undefined : JSON.stringify(body);
  const reply = await fetch(`${service.url}/civis/${path}`, { method, headers, ...(text !== undefined && { body: text }) });
  const answer = await reply.text();
  if (!reply.ok && reply.status !== 404) throw new Error(`${method} ${path}: ${reply.status} ${answer}`);
  return answer === '' ? {} : (JSON.parse(answer) as Fields);
}

/** As the client does: after a second, then less and less often. */
export async function poll(service: Service, path: string): Promise<Fields> {
  for (let pause = 1000; ; pause = Math.min(pause * 1.2, 15_000)) {
    await wait(pause);
    const answer = await call(service, 'GET', path);
    if (answer['state'] === 'queued' || answer['state'] === 'running') continue;
    if (answer['state'] !== 'succeeded') throw new Error(`${path}: ${String(answer['error'])}`);
    return answer;
  }
}

/** `fetch` would copy the bytes, and need more CPU for them than the server does. */
async function put(url: string, body: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sending = request(url, { method: 'PUT', agent: false, headers: { 'content-length': body.length } });
  sending.on('error', reject).on('response', (answer) => {
    if (answer.statusCode !== 200) reject(new Error(`a part was answered with ${answer.statusCode}`));
    answer.on('end', resolve).resume();
  });
  sending.end(body);
  await promise;
}

/** Four at a time. */
export async function upload(service: Service, file: string): Promise<unknown> {
  const { size: bytes } = await stat(file);
  const part = Math.max(5 * mib, Math.floor(Math.sqrt(5 * mib) * Math.sqrt(bytes)));
  const count = Math.ceil(bytes / part);
  const made = await call(service, 'POST', 'files/multipart', { name: 'items.csv', num_parts: count });
  const left = [...(made['uploadUrls'] as readonly string[]).entries()];
  await using handle = await open(file);
  const one = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [at, url] = next;
      const body = Buffer.allocUnsafe(Math.min(part, bytes - at * part));
      await handle.read(body, 0, body.length, at * part);
      await put(url, body);
    }
  };
  await Promise.all(Array.from({ length: 4 }, one));
  await call(service, 'POST', `files/multipart/${String(made['id'])}/complete`);
  return made['id'];
}

export interface Ends {
  readonly remote_host_id: unknown;
  readonly credential_id: unknown;
}

/** Of a connection of that name. */
export async function endsOf(service: Service, connection: string): Promise<Ends> {
  const databases = (await call(service, 'GET', 'databases')) as unknown as readonly Fields[]; // a list
  const credentials = (await call(service, 'GET', 'credentials?type=Database&default=True')) as unknown as readonly Fields[];
  return { remote_host_id: databases.find(({ name }) => name === connection)?.['id'], credential_id: credentials[0]?.['id'] };
}
