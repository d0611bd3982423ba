/** Pipelines as files of version control: one JSON object each, named after its slug. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import type { Input } from '../../client/client.ts';
import { connectServer } from '../client.ts';
import type { Command } from '../command.ts';
import { exit } from '../exit.ts';

/** What the server makes and keeps by itself. */
const ownFields = new Set(['id', 'version', 'next_due_at', 'last_due_at', 'created_at', 'updated_at']);

export const exportPipelines: Command = async ({ positionals: [folder = 'pipelines'], values }, world) => {
  const client = await connectServer(world, values);
  const slugs = new Map((await client.all('connections.list', {})).map(({ id, slug }) => [id, slug]));
  const pipelines = await client.all('pipelines.list', {});
  await mkdir(resolve(folder), { recursive: true }).catch((error: unknown) => {
    throw asHeadgateError(error, `creating ${folder}`);
  });
  for (const pipeline of pipelines) {
    const { source, destination, ...rest } = pipeline;
    const kept = Object.fromEntries(Object.entries(rest).filter(([name]) => !ownFields.has(name)));
    const file = { ...kept, source: slugs.get(source) ?? source, destination: slugs.get(destination) ?? destination };
    await writeFile(resolve(folder, `${pipeline.slug}.json`), `${JSON.stringify(file, undefined, 2)}\n`);
  }
  await world.terminal.result(`${pipelines.length} pipelines are in ${folder}`);
  return exit.done;
};

/** Every file is read and is a pipeline before the first one is sent. */
export const apply: Command = async ({ positionals: [folder = 'pipelines'], values }, { terminal, ...world }) => {
  const wanted = await readFolder(folder);
  const client = await connectServer({ terminal, ...world }, values);
  const there = new Map((await client.all('pipelines.list', {})).map((pipeline) => [pipeline.slug, pipeline]));
  const connections = new Map((await client.all('connections.list', {})).map(({ id, slug }) => [id, slug]));
  for (const { slug, ...spec } of wanted) {
    const before = there.get(slug);
    const { source, destination, ...changes } = spec;
    // What is in the file is checked by the server.
    if (!before) await client.call('pipelines.create', { ...spec, slug } as unknown as Input<'pipelines.create'>);
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
      await client.call('pipelines.update', { ...changes, pipeline: slug });
    }
    await terminal.result(`${before ? 'updated' : 'created'} ${slug}`);
  }
  return exit.done;
};

type PipelineFile = Readonly<Record<string, unknown>> & { readonly slug: string };

async function readFolder(folder: string): Promise<readonly PipelineFile[]> {
  try {
    const names = (await readdir(resolve(folder))).filter((name) => name.endsWith('.json')).sort();
    return await Promise.all(names.map(async (name) => parse(name, await readFile(join(folder, name), 'utf8'))));
  } catch (error) {
    throw asHeadgateError(error, `reading ${folder}`);
  }
}

/** Throws `request.invalid`. The server checks the rest. */
function parse(name: string, text: string): PipelineFile {
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
