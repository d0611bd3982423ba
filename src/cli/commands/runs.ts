import { setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../../domain/error.ts';
import { isAtRest } from '../../domain/run.ts';
import { connectServer, type Client, type Reply } from '../client.ts';
import type { Command, World } from '../command.ts';
import { exit, type ExitCode } from '../exit.ts';
import { headerLine, layout, rowLine } from '../render/table.ts';
import { replayFile, showRejects, type OneRun } from './rejects.ts';

const pollMs = 500;

/** What is done to one run that is named. */
const verbs: Readonly<Record<string, (of: OneRun) => Promise<ExitCode>>> = {
  async cancel({ client, path }) {
    await client.ask('POST', `${path}/cancel`);
    return exit.done;
  },
  rejects: showRejects,
  async replay(of) {
    return await tail(of.client, await replayFile(of), of.world);
  },
  async undo({ client, path, values, world }) {
    const { id } = await client.ask('POST', `${path}/undo`, values.table === undefined ? {} : { table: values.table });
    return await tail(client, String(id), world);
  },
};

export const runs: Command = async ({ positionals: [verb = 'list', id, file], values }, world) => {
  const work = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (work && id === undefined) {
    throw new HeadgateError('usage.arguments', `runs ${verb}: name a run`, { hint: '`headgate runs list` shows them' });
  }
  if (!work && verb !== 'list' && verb !== 'tail') {
    throw new HeadgateError('usage.arguments', `runs: there is no runs ${verb}`, {
      hint: `list, tail, ${Object.keys(verbs).join(', ')}`,
    });
  }
  const client = await connectServer(world, values);
  if (work) return await work({ client, path: `/runs/${encodeURIComponent(id ?? '')}`, file, values, world });
  return verb === 'list' ? await list(client, world) : await tail(client, id ?? (await newest(client)), world);
};

/** The newest twenty. */
async function list(client: Client, { terminal }: World): Promise<ExitCode> {
  const found = (await client.ask('GET', '/runs?limit=20'))['data'] as readonly Reply[]; // by the API document
  if (terminal.json) {
    for (const run of found) await terminal.record('run', run);
    return exit.done;
  }
  const names = ['id', 'pipeline', 'state', 'outcome', 'queued_at', 'rows_read', 'rows_written', 'rows_rejected'];
  const rows = found.map((run) => names.map((name) => textOf(run[name])));
  const table = layout(
    names.map((title) => ({ title: title.replaceAll('_', ' ') })),
    rows,
  );
  await terminal.result([headerLine(table, terminal.paint), ...rows.map((row) => rowLine(table, row))].join('\n'));
  return exit.done;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' || typeof value === 'number' ? String(value) : null);

async function newest(client: Client): Promise<string> {
  const [run] = (await client.ask('GET', '/runs?limit=1'))['data'] as readonly Reply[]; // by the API document
  if (run) return String(run['id']);
  throw new HeadgateError('object.missing', 'following a run: there is none yet', { hint: 'trigger a pipeline first' });
}

/** Its lines as they come, until it has ended. */
async function tail(client: Client, id: string, { terminal, signal }: World): Promise<ExitCode> {
  for (let after = 0; ;) {
    // The state first: lines that come in between are still shown.
    const run = await client.ask('GET', `/runs/${encodeURIComponent(id)}`);
    const { data } = await client.ask('GET', `/runs/${encodeURIComponent(id)}/logs?after=${after}&limit=1000`);
    const lines = data as readonly {
      readonly seq: number;
      readonly at: string;
      readonly level: string;
      readonly message: string;
    }[];
    for (const line of lines) {
      after = line.seq;
      if (terminal.json) await terminal.record('log', { ...line });
      else await terminal.result(`${line.at.slice(11, 19)} ${line.level === 'info' ? '' : `${line.level}: `}${line.message}`);
    }
    const state = String(run['state']);
    if (lines.length === 0 && isAtRest(state)) {
      if (terminal.json) await terminal.record('run', run);
      else await terminal.result(`${id} ${state}`);
      return state === 'succeeded' ? exit.done : state === 'needs_review' ? exit.held : exit.failed;
    }
    if (lines.length === 0) await wait(pollMs, undefined, { signal });
  }
}
