/** `headgate import` while a server runs on the data directory: the file goes to it, and a pipeline of its brings the rows in. */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import { isAtRest } from '../../domain/run.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { connectServer, type Connected } from '../client.ts';
import type { World } from '../command.ts';
import { exit, exitCodeOfReceipt, worst, type ExitCode } from '../exit.ts';
import { flowSpecOf } from '../flow-spec.ts';
import { dataDirOf } from '../hosted.ts';
import { isStdio, registrationFor, withFormat } from '../locations.ts';
import type { Values } from '../options.ts';
import { receiptLines } from '../render/receipt.ts';

/** How long the server keeps the bytes: to run again by hand, or to look at what was refused. */
const keptMs = 86_400_000;
const pollMs = 200;

type Settings = Readonly<Record<string, string>> & { readonly path: string };

/** `location`: a file of this machine, or an address, which the server fetches itself. */
export async function importHosted(location: string, values: Values, world: World): Promise<ExitCode> {
  if (isStdio(location) || /[*{]/.test(location)) {
    throw new HeadgateError('state.locked', 'importing: a server runs on the data directory, and takes one whole file', {
      hint: 'put the rows into one file first, or stop the server',
    });
  }
  const registration = registrationFor(location);
  // Every connector of files has a path.
  const settings = (await registration.load()).settings(withFormat(location, values.format), world.env) as Settings;
  const { path } = settings;
  const client = await connectServer(world, { 'data-dir': dataDirOf(world), ...values });
  const uploaded = /^https?:/i.test(path) ? path : await upload(client, path);
  const slug = `import-${basename(path)}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
  await connection(client, slug, registration.name, { ...settings, path: uploaded });
  const { streams } = await client.call('connections.discover', { connection: slug });
  const wanted = chosen(
    streams.map(({ stream }) => stream),
    values.stream,
  );
  const flows = wanted.map((stream) => flowSpecOf(values, stream));
  await pipeline(client, slug, basename(path), flows);
  const { id: run } = await client.call('pipelines.trigger', { pipeline: slug });
  return await report(client, run, world);
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

async function upload(client: Connected, path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    const expires_at = new Date(Date.now() + keptMs).toISOString();
    const { id } = await client.call('files.create', { name: basename(path), size, expires_at });
    await client.upload(id, await openAsBlob(path));
    return id;
  } catch (error) {
    throw asHeadgateError(error, `reading ${path}`);
  }
}

/** The one of an earlier import of a file of that name is used again, and so is its pipeline. */
async function connection(client: Connected, slug: string, connector: string, settings: Settings): Promise<void> {
  const known = (await client.all('connections.list', {})).some((one) => one.slug === slug);
  if (known) await client.call('connections.update', { connection: slug, settings });
  else await client.call('connections.create', { name: slug, slug, connector, settings });
}

async function pipeline(
  client: Connected,
  slug: string,
  file: string,
  flows: readonly ReturnType<typeof flowSpecOf>[],
): Promise<void> {
  const known = (await client.all('pipelines.list', {})).some((one) => one.slug === slug);
  if (known) await client.call('pipelines.update', { pipeline: slug, flows });
  else await client.call('pipelines.create', { name: `Import of ${file}`, slug, source: slug, destination: 'warehouse', flows });
}

/** Until it has ended: its receipts, or why there are none. */
async function report(client: Connected, id: string, { terminal, signal }: World): Promise<ExitCode> {
  for (;;) {
    const run = await client.call('runs.get', { run: id });
    if (!isAtRest(run.state)) {
      await wait(pollMs, undefined, { signal });
      continue;
    }
    const receipts = run.receipts as unknown as readonly Receipt[]; // the server's own, of the same kind
    for (const receipt of receipts) {
      if (terminal.json) await terminal.record('receipt', { ...receipt });
      else await terminal.result(receiptLines(receipt, terminal.paint).join('\n'));
    }
    if (receipts.length > 0) return worst(receipts.map(exitCodeOfReceipt));
    if (run.state === 'succeeded') return exit.done;
    const { code = 'internal.unexpected', message = run.state } = (run.error ?? {}) as Partial<HeadgateError>; // as runs store it
    throw new HeadgateError(code, `importing: ${message}`);
  }
}
