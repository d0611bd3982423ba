/** The log of a run as it grows, as server-sent events: `log` per line, `run` when it has ended. */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { perform, type OpContext } from '../../../operations/operation.ts';
import { getRun } from '../../../operations/runs/get.ts';
import { runLogs } from '../../../operations/runs/logs.ts';
import type { GuardedRoute } from '../../dialect.ts';
import { renewActor } from '../../identify.ts';

const everyMs = 300;
/** Something has to cross the wire now and then, or proxies take the connection for dead. */
const beatMs = 15_000;
/** Who loses the right to look loses the stream within this time. */
const renewMs = 10_000;
const ended = new Set(['succeeded', 'failed', 'cancelled', 'needs_review']);

export const runEvents: GuardedRoute = {
  method: 'GET',
  path: '/v1/workspaces/:workspace/runs/:run/events',
  name: 'runs.events',
  summary: 'Follow a run: server-sent events `log` and, at its end, `run`; `Last-Event-ID` or `after` continues',
  auth: 'key',
  scope: 'runs:read',
  documented: {
    input: runLogs.input.pick({ run: true, after: true }),
    replies: { 200: z.string() },
    streams: 'text/event-stream',
  },
  async handle(context, { params, url, headers }) {
    const after = Number(headers.get('last-event-id') ?? url.searchParams.get('after') ?? 0);
    // What is wrong with the request is said before the stream begins.
    await perform(runLogs, context, { run: params['run'], after, limit: 1 });
    const lines = follow(context, params['run'] ?? '', after);
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const next = await lines.next().catch(() => ({ done: true as const, value: undefined }));
        if (next.done === true) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      cancel: async () => void (await lines.return(undefined)),
    });
    return { status: 200, headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }, body };
  },
};

async function* follow(asked: OpContext, run: string, after: number): AsyncGenerator<string, void, undefined> {
  let [context, last, said, renewed] = [asked, after, Date.now(), performance.now()];
  while (!context.signal.aborted) {
    if (performance.now() - renewed > renewMs) {
      context = { ...asked, actor: await renewActor(asked, asked.actor) };
      renewed = performance.now();
    }
    // The state is read before the lines: those that came in between are still sent.
    const now = await perform(getRun, context, { run });
    const { data } = await perform(runLogs, context, { run, after: last, limit: 1000 });
    for (const line of data) {
      last = line.seq;
      yield `id: ${line.seq}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`;
    }
    if (data.length > 0) said = Date.now();
    else if (ended.has(now.state)) {
      yield `event: run\ndata: ${JSON.stringify(now)}\n\n`;
      return;
    } else if (Date.now() - said > beatMs) {
      said = Date.now();
      yield ': still here\n\n';
    }
    if (data.length === 0) await wait(everyMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
}
