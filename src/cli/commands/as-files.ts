/** Pipelines as files of version control: one JSON object each, named after its slug. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import { connectServer, type Client, type Reply } from '../client.ts';
import type { Command } from '../command.ts';
import { exit } from '../exit.ts';

/** What the server makes and keeps by itself. */
const ownFields = new Set(['id', 'version', 'next_due_at', 'last_due_at', 'created_at', 'updated_at']);

export const exportPipelines: Command = async ({ positionals: [folder = 'pipelines'], values }, world) => {
  const client = await connectServer(world, values);
  const slugs = new Map((await all(client, '/connections')).map(({ id, slug }) => [id, slug]));
  const pipelines = await all(client, '/pipelines');
  await mkdir(resolve(folder), { recursive: true }).catch((error: unknown) => {
    throw asHeadgateError(error, `creating ${folder}`);
  });
  for (const pipeline of pipelines) {
    const { source, destination, ...rest } = pipeline;
    const kept = Object.fromEntries(Object.entries(rest).filter(([name]) => !ownFields.has(name)));
    const file = { ...kept, source: slugs.get(source) ?? source, destination: slugs.get(destination) ?? destination };
    await writeFile(resolve(folder, `${String(pipeline['slug'])}.json`), `${JSON.stringify(file, undefined, 2)}\n`);
  }
  await world.terminal.result(`${pipelines.length} pipelines are in ${folder}`);
  return exit.done;
};

/** Every file is read and is a pipeline before the first one is sent. */
export const apply: Command = async ({ positionals: [folder = 'pipelines'], values }, { terminal, ...world }) => {
  const wanted = await readFolder(folder);
  const client = await connectServer({ terminal, ...world }, values);
  const there = new Map((await all(client, '/pipelines')).map((pipeline) => [pipeline['slug'], pipeline]));
  const connections = new Map((await all(client, '/connections')).map(({ id, slug }) => [id, slug]));
  for (const { slug, ...spec } of wanted) {
    const before = there.get(slug);
    const { source, destination, ...changes } = spec;
    if (!before) await client.ask('POST', '/pipelines', { ...spec, slug });
    else {
      for (const [side, name] of [
        ['source', source],
        ['destination', destination],
      ] as const) {
        if (name === before[side] || name === connections.get(before[side])) continue;
        throw new HeadgateError('object.conflict', `applying ${slug}: its ${side} is another connection`, {
          hint: 'archive the pipeline, and give the new one another slug',
        });
      }
      await client.ask('PATCH', `/pipelines/${encodeURIComponent(slug)}`, changes);
    }
    await terminal.result(`${before ? 'updated' : 'created'} ${slug}`);
  }
  return exit.done;
};

async function readFolder(folder: string): Promise<readonly (Reply & { readonly slug: string })[]> {
  try {
    const names = (await readdir(resolve(folder))).filter((name) => name.endsWith('.json')).sort();
    return await Promise.all(names.map(async (name) => parse(name, await readFile(join(folder, name), 'utf8'))));
  } catch (error) {
    throw asHeadgateError(error, `reading ${folder}`);
  }
}

/** Throws `request.invalid`. The server checks the rest. */
function parse(name: string, text: string): Reply & { readonly slug: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { slug: name.replace(/\.json$/, ''), ...value };
  } catch {
    // said below
  }
  throw new HeadgateError('request.invalid', `reading ${name}: it is no JSON object`, {
    hint: 'headgate export shows what such a file looks like',
  });
}

async function all(client: Client, path: string): Promise<readonly Reply[]> {
  const found: Reply[] = [];
  for (let cursor = ''; ;) {
    const { data, next_cursor } = await client.ask('GET', `${path}?limit=200${cursor}`);
    found.push(...(data as readonly Reply[])); // by the API document
    if (typeof next_cursor !== 'string') return found;
    cursor = `&cursor=${encodeURIComponent(next_cursor)}`;
  }
}
