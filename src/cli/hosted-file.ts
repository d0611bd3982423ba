/** Files of this machine for a server that runs here: their bytes go to it, and a connection of it reads them. */
import { openAsBlob } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { streamOfFile } from '../domain/file-name.ts';
import { createContext } from '../engine/context.ts';
import type { Input } from '../client/client.ts';
import type { Connected } from './client.ts';
import type { World } from './command.ts';
import { readDerivation } from './derive.ts';
import { flowSpecOf, type FlowSpec } from './flow-spec.ts';
import { isStdio, registrationFor, withFormat } from './locations.ts';
import { logTo } from './notes.ts';
import type { Values } from './options.ts';
import { readDefinition, readSchema } from './schema.ts';
import { spoolStdin } from './stdin.ts';

/** How long the server keeps the bytes: to run again by hand, or to look at what was refused. */
const keptMs = 86_400_000;

type Settings = Readonly<Record<string, string>> & { readonly path: string };

/** What the command brought to the server. */
export interface Hosted {
  /** Of the connection, the pipeline and the schema, where one was given. */
  readonly slug: string;
  readonly files: readonly string[];
  readonly hasSchema: boolean;
}

/**
 * `location`: a path, a pattern, stdin, or an address, which the server fetches itself. A connection, a pipeline and a schema
 * of that slug are used again. Throws `file.missing`, `usage.*`, `server.refused`.
 */
export async function bringPipeline(
  client: Connected,
  slug: string,
  location: string,
  values: Values,
  world: World,
): Promise<Hosted> {
  if (values.query !== undefined) throw new HeadgateError('usage.arguments', 'this source cannot run a query');
  const schema = await readSchema(values);
  const derive = await readDerivation(values);
  const registration = registrationFor(location);
  // Every connector of files has a path.
  const settings = (await registration.load()).settings(withFormat(location, values.format), world.env) as Settings;
  const { path } = settings;
  const files = /^https?:/i.test(path) ? [] : await send(client, path, world);
  const [first = path, ...more] = files;
  const name = basename(path);
  await keepConnection(client, slug, registration.name, { ...settings, path: first, ...(more.length > 0 && { more }) });
  if (schema) await keepSchema(client, { slug, name, definition: await readDefinition(values) });
  const { streams } = await client.call('connections.discover', { connection: slug });
  const names = streams.map(({ stream }) => stream);
  // A connection of several files calls their rows after the first one.
  const into = more.length > 0 ? streamOfFile(name) : undefined;
  const flows = chosen(names, values.stream).map((stream): FlowSpec => {
    const flow = flowSpecOf(into === undefined ? values : { into, ...values }, stream);
    return { ...flow, ...(schema && { schema: slug }), ...(derive && { derive: derive as NonNullable<FlowSpec['derive']> }) }; // undefined says what absent says
  });
  await keepPipeline(client, { slug, name: `Import of ${name}`, flows });
  return { slug, files, hasSchema: schema !== undefined };
}

/** Its pipeline has no runs that anybody would ask for: nothing of it stays. */
export async function takeAway(client: Connected, { slug, files, hasSchema }: Hosted): Promise<void> {
  await client.call('pipelines.delete', { pipeline: slug });
  await client.call('connections.delete', { connection: slug });
  if (hasSchema) await client.call('schemas.delete', { schema: slug });
  for (const file of files) await client.call('files.delete', { file });
}

const literal = (text: string): string => text.replaceAll(/[^\w ]/g, String.raw`\$&`);

/** The streams that are named, by a pattern as well; else the only one. Throws `usage.arguments`, `stream.missing`. */
function chosen(streams: readonly string[], named: readonly string[] | undefined): readonly string[] {
  if (named === undefined && streams.length > 1) {
    throw new HeadgateError('usage.arguments', `the file has ${streams.length} streams, and none is named`, {
      hint: `name them with --stream: ${streams.slice(0, 5).join(', ')}`,
    });
  }
  const patterns = (named ?? ['*']).map((text) => new RegExp(`^${text.split('*').map(literal).join('.*')}$`));
  const found = streams.filter((stream) => patterns.some((pattern) => pattern.test(stream)));
  if (found.length > 0) return found;
  throw new HeadgateError('stream.missing', 'the file has no such stream');
}

const has = (known: readonly { readonly slug: string }[], slug: string): boolean => known.some((one) => one.slug === slug);

type SettingsSent = Input<'connections.create'>['settings'];

async function keepConnection(client: Connected, slug: string, connector: string, settings: SettingsSent): Promise<void> {
  if (has(await client.all('connections.list', {}), slug))
    await client.call('connections.update', { connection: slug, settings });
  else await client.call('connections.create', { name: slug, slug, connector, settings });
}

interface KeptSchema {
  readonly slug: string;
  readonly name: string;
  readonly definition: Input<'schemas.create'>['definition'];
}

async function keepSchema(client: Connected, { slug, name, definition }: KeptSchema): Promise<void> {
  if (has(await client.all('schemas.list', {}), slug)) await client.call('schemas.update', { schema: slug, definition });
  else await client.call('schemas.create', { name, slug, definition });
}

interface KeptPipeline {
  readonly slug: string;
  readonly name: string;
  readonly flows: readonly FlowSpec[];
}

async function keepPipeline(client: Connected, { slug, name, flows }: KeptPipeline): Promise<void> {
  if (has(await client.all('pipelines.list', {}), slug)) await client.call('pipelines.update', { pipeline: slug, flows });
  else await client.call('pipelines.create', { name, slug, source: slug, destination: 'warehouse', flows });
}

/** Ids of the files, in the order of their names. */
async function send(client: Connected, path: string, world: World): Promise<readonly string[]> {
  const { stateDir, signal } = world;
  if (isStdio(path)) {
    await using context = await createContext({ stateDir, signal, log: logTo(world) });
    return [await upload(client, (await spoolStdin('-', context)).replace(/^file:/, ''), signal)];
  }
  const paths = path.includes('*') ? (await Array.fromAsync(glob(path))).sort() : [path];
  if (paths.length === 0) throw new HeadgateError('file.missing', `reading ${path}: no file has such a name`);
  const ids: string[] = [];
  for (const one of paths) ids.push(await upload(client, one, signal));
  return ids;
}

async function upload(client: Connected, path: string, signal: AbortSignal): Promise<string> {
  try {
    signal.throwIfAborted();
    const { size } = await stat(path);
    const expires_at = new Date(Date.now() + keptMs).toISOString();
    const { id } = await client.call('files.create', { name: basename(path), size, expires_at });
    await client.upload(id, await openAsBlob(path));
    return id;
  } catch (error) {
    throw asHeadgateError(error, `reading ${path}`);
  }
}
