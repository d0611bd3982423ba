import { setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../../domain/error.ts';
import { own } from '../../domain/own.ts';
import { isAtRest } from '../../domain/run.ts';
import { connectServer, type Connected } from '../client.ts';
import type { Command, World } from '../command.ts';
import { exit, type ExitCode } from '../exit.ts';
import { headerLine, layout, rowLine } from '../render/table.ts';
import { replayFile, showRejects, type OneRun } from './rejects.ts';

const pollMs = 500;

/** What is done to one run that is named. */
const verbs: Readonly<Record<string, (of: OneRun) => Promise<ExitCode>>> = {
  async cancel({ client, run }) {
    await client.call('runs.cancel', { run });
    return exit.done;
  },
  rejects: showRejects,
  async replay(of) {
    return await tail(of.client, await replayFile(of), of.world);
  },
  async undo({ client, run, table, world }) {
    const { id } = await client.call('runs.undo', { run, ...table });
    return await tail(client, id, world);
  },
};

export const runs: Command = async ({ positionals: [verb = 'list', id, file], values }, world) => {
  const work = own(verbs, verb);
  if (work && id === undefined) {
    throw new HeadgateError('usage.arguments', `runs ${verb}: name a run`, { hint: '`headgate runs list` shows them' });
  }
  if (!work && verb !== 'list' && verb !== 'tail') {
    throw new HeadgateError('usage.arguments', `runs: there is no runs ${verb}`, {
      hint: `list, tail, ${Object.keys(verbs).join(', ')}`,
    });
  }
  const client = await connectServer(world, values);
  const table = values.table === undefined ? {} : { table: values.table };
  if (work) return await work({ client, run: id ?? '', file, table, world });
  return verb === 'list' ? await list(client, world) : await tail(client, id ?? (await newest(client)), world);
};

/** The newest twenty. */
async function list(client: Connected, { terminal }: World): Promise<ExitCode> {
  const { data: found } = await client.call('runs.list', { limit: 20 });
  if (terminal.json) {
    for (const run of found) await terminal.record('run', { ...run });
    return exit.done;
  }
  const names = ['id', 'pipeline', 'state', 'outcome', 'queued_at', 'rows_read', 'rows_written', 'rows_rejected'] as const;
  const rows = found.map((run) => names.map((name) => textOf(run[name])));
  const table = layout(
    names.map((title) => ({ title: title.replaceAll('_', ' ') })),
    rows,
  );
  await terminal.result([headerLine(table, terminal.paint), ...rows.map((row) => rowLine(table, row))].join('\n'));
  return exit.done;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' || typeof value === 'number' ? String(value) : null);

async function newest(client: Connected): Promise<string> {
  const [run] = (await client.call('runs.list', { limit: 1 })).data;
  if (run) return run.id;
  throw new HeadgateError('object.missing', 'following a run: there is none yet', { hint: 'trigger a pipeline first' });
}

/** Its lines as they come, until it has ended. */
async function tail(client: Connected, id: string, { terminal, signal }: World): Promise<ExitCode> {
  for (let after = 0; ;) {
    // The state first: lines that come in between are still shown.
    const run = await client.call('runs.get', { run: id });
    const { data: lines } = await client.call('runs.logs', { run: id, after, limit: 1000 });
    for (const line of lines) {
      after = line.seq;
      if (terminal.json) await terminal.record('log', { ...line });
      else await terminal.result(`${line.at.slice(11, 19)} ${line.level === 'info' ? '' : `${line.level}: `}${line.message}`);
    }
    const { state } = run;
    if (lines.length === 0 && isAtRest(state)) {
      if (terminal.json) await terminal.record('run', { ...run });
      else await terminal.result(`${id} ${state}`);
      return state === 'succeeded' ? exit.done : state === 'needs_review' ? exit.held : exit.failed;
    }
    if (lines.length === 0) await wait(pollMs, undefined, { signal });
  }
}
