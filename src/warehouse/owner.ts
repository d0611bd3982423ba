/**
 * The process that owns DuckDB files on behalf of a server: it may die alone, of a statement or of memory, and nothing that it
 * acknowledged is lost. Ends when its parent does.
 */
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import type { Duck } from '../sdk/index.ts';
import { openDuck } from '../staging/duck.ts';
import type { Batch, FirstPage, Page, Question, Reply, Request } from './messages.ts';

interface Opened {
  readonly duck: Duck;
  readonly stop: AbortController;
  readonly cursors: Map<number, AsyncIterator<Batch>>;
}

const handles = new Map<number, Opened>();

process.on('message', (message) => {
  // Only our parent writes into this channel.
  const { id, question } = message as Request;
  answer(question).then(
    (value) => send({ id, value }),
    (error: unknown) => {
      const { code, message: text, hint } = asHeadgateError(error, 'asking the warehouse');
      send({ id, failure: { code, message: text, hint } });
    },
  );
});

process.on('disconnect', () => process.exit(0));
// Ctrl-C at a terminal reaches the whole group; our parent says when it is time.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

function send(reply: Reply): void {
  // A parent that is gone needs no answer.
  process.send?.(reply, undefined, {}, () => undefined);
}

async function answer(question: Question): Promise<number | Page | FirstPage | null> {
  if (question.ask === 'open') {
    const { handle, options, scratch, within } = question;
    const stop = new AbortController();
    handles.set(handle, {
      duck: await openDuck(options, { scratch, signal: stop.signal, ...(within && { within }) }),
      stop,
      cursors: new Map(),
    });
    return null;
  }
  const opened = handles.get(question.handle);
  if (!opened) throw new HeadgateError('warehouse.lost', 'asking the warehouse: it was started again in the meantime');
  const { duck, stop, cursors } = opened;
  switch (question.ask) {
    case 'run':
      return await duck.run(question.sql);
    case 'stream': {
      const { columns, batches } = await duck.stream(question.sql);
      cursors.set(question.cursor, batches[Symbol.asyncIterator]());
      return { columns, ...(await page(cursors, question.cursor)) };
    }
    case 'next':
      return await page(cursors, question.cursor);
    case 'leave':
      await cursors.get(question.cursor)?.return?.();
      cursors.delete(question.cursor);
      return null;
    case 'cancel':
      stop.abort(new HeadgateError('run.cancelled', 'stopped on request'));
      return null;
    case 'close':
      handles.delete(question.handle);
      await duck[Symbol.asyncDispose]();
      return null;
  }
}

/** A crossing costs a third of a millisecond, so that results of a few rows come at once. */
const pageRows = 2048;

async function page(cursors: Opened['cursors'], cursor: number): Promise<Page> {
  const rows: Batch[number][] = [];
  const batches = cursors.get(cursor);
  while (rows.length < pageRows) {
    const next = await batches?.next();
    if (!next || next.done === true) {
      cursors.delete(cursor);
      return { rows, ended: true };
    }
    rows.push(...next.value);
  }
  return { rows, ended: false };
}
