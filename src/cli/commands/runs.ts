import { setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../../domain/error.ts';
import { connectServer, type Connected } from '../client.ts';
import type { Command, World } from '../command.ts';
import { exit, type ExitCode } from '../exit.ts';
import { headerLine, layout, rowLine } from '../render/table.ts';

const pollMs = 500;
const ended = new Set(['succeeded', 'failed', 'cancelled', 'needs_review']);

export const runs: Command = async ({ positionals: [verb = 'list', id], values }, world) => {
  const client = await connectServer(world, values);
  if (verb === 'list') return await list(client, world);
  if (verb === 'tail') return await tail(client, id ?? (await newest(client)), world);
  if (verb !== 'cancel' || id === undefined) {
    throw new HeadgateError('usage.arguments', `runs: there is no runs ${verb}`, { hint: 'list, tail [RUN] or cancel RUN' });
  }
  await client.call('runs.cancel', { run: id });
  return exit.done;
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
    if (lines.length === 0 && ended.has(state)) {
      if (terminal.json) await terminal.record('run', { ...run });
      else await terminal.result(`${id} ${state}`);
      return state === 'succeeded' ? exit.done : state === 'needs_review' ? exit.held : exit.failed;
    }
    if (lines.length === 0) await wait(pollMs, undefined, { signal });
  }
}
