/** Pipelines as files of version control: one JSON object each, named after its slug. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import type { Input, Reply } from '../../client/client.ts';
import { connectServer, type Connected } from '../client.ts';
import type { Command } from '../command.ts';
import { exit } from '../exit.ts';

/** What the server makes and keeps by itself. */
const ownFields = new Set(['id', 'version', 'next_due_at', 'last_due_at', 'created_at', 'updated_at']);

export const exportPipelines: Command = async ({ positionals: [folder = 'pipelines'], values }, world) => {
  const client = await connectServer(world, values);
  const pipelines = await client.all('pipelines.list', {});
  const slugs = await slugsOf(client, pipelines);
  await mkdir(resolve(folder), { recursive: true }).catch((error: unknown) => {
    throw asHeadgateError(error, `creating ${folder}`);
  });
  for (const pipeline of pipelines) {
    const file = portable(pipeline, (id) => slugs.get(id) ?? id);
    await writeFile(resolve(folder, `${pipeline.slug}.json`), `${JSON.stringify(file, undefined, 2)}\n`);
  }
  await world.terminal.result(`${pipelines.length} pipelines are in ${folder}`);
  return exit.done;
};

type Pipeline = Reply<'pipelines.get'>;

/** Whatever a pipeline names, by id: ids mean nothing elsewhere. */
async function slugsOf(client: Connected, pipelines: readonly Pipeline[]): Promise<ReadonlyMap<string, string>> {
  const named = [
    ...(await client.all('connections.list', {})),
    ...(await client.all('models.list', {})),
    ...(await client.all('schemas.list', {})),
    ...pipelines,
  ];
  return new Map(named.map(({ id, slug }) => [id, slug]));
}

/** With slugs in the place of ids, and without what a server makes by itself. Pure. */
function portable(pipeline: Pipeline, slug: (id: string) => string): Readonly<Record<string, unknown>> {
  const kept = Object.fromEntries(Object.entries(pipeline).filter(([name]) => !ownFields.has(name)));
  const { source, destination, schedule, flows } = pipeline;
  return {
    ...kept,
    source: slug(source),
    destination: slug(destination),
    schedule: schedule.kind === 'after' ? { ...schedule, pipeline: slug(schedule.pipeline) } : schedule,
    flows: flows.map(({ model, schema, ...flow }) => ({
      ...flow,
      ...(model !== undefined && { model: slug(model) }),
      // `id@3` stays with the third version.
      ...(schema !== undefined && { schema: schema.replace(/^[^@]+/, slug) }),
    })),
  };
}

/** Those that start others first: in a new place the followed one must be there. Pure. */
function inOrder(pipelines: readonly PipelineFile[]): readonly PipelineFile[] {
  const bySlug = new Map(pipelines.map((one) => [one.slug, one]));
  const sorted = new Set<PipelineFile>();
  const place = (one: PipelineFile, behind: ReadonlySet<PipelineFile>): void => {
    const { schedule } = one as { readonly schedule?: { readonly pipeline?: string } }; // the server checks it
    const followed = bySlug.get(schedule?.pipeline ?? '');
    // A ring is for the server to refuse.
    if (followed && !behind.has(followed)) place(followed, new Set([...behind, one]));
    sorted.add(one);
  };
  for (const one of pipelines) place(one, new Set([one]));
  return [...sorted];
}

/** Every file is read and is a pipeline before the first one is sent. */
export const apply: Command = async ({ positionals: [folder = 'pipelines'], values }, { terminal, ...world }) => {
  const wanted = await readFolder(folder);
  const client = await connectServer({ terminal, ...world }, values);
  const there = new Map((await client.all('pipelines.list', {})).map((pipeline) => [pipeline.slug, pipeline]));
  const connections = new Map((await client.all('connections.list', {})).map(({ id, slug }) => [id, slug]));
  for (const { slug, ...spec } of inOrder(wanted)) {
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
