/** What sync, import, plan and verify share: every flow runs, fails alone, and its result is printed when it is there. */
import { asHeadgateError, type HeadgateError } from '../domain/error.ts';
import { refName } from '../domain/schema.ts';
import { createContext } from '../engine/context.ts';
import type { Flow, Session } from '../engine/flow.ts';
import type { World } from './command.ts';
import { exitCodeOf, worst, type ExitCode } from './exit.ts';
import { embeddedWarehouse, enterWarehouse } from './hosted.ts';
import { logTo } from './notes.ts';
import type { Values } from './options.ts';
import { openProgress } from './progress.ts';
import { errorLines, errorRecord } from './render/error.ts';
import { prepare, type Places } from './session.ts';

export interface FlowStep<R> {
  /** For messages: `planning`. */
  readonly doing: string;
  /** Several flows at the same time, printed as they end; else one after the other, in order. */
  readonly together: boolean;
  run(flow: Flow, session: Session): Promise<R>;
  /** Prints the result, and says what it means for the process. */
  report(result: R): Promise<ExitCode>;
}

export interface FlowResults<R> {
  /** In the order of the streams. */
  readonly results: readonly R[];
  /** The streams that have no result. */
  readonly failed: readonly string[];
  readonly code: ExitCode;
}

/** Throws what stops all flows. */
export async function runFlows<R>(places: Places, values: Values, world: World, step: FlowStep<R>): Promise<FlowResults<R>> {
  const { stateDir, signal } = world;
  if (places.destination === embeddedWarehouse(world)) await enterWarehouse(step.doing, world);
  await using context = await createContext({ stateDir, signal, log: logTo(world) });
  const view = openProgress(world.terminal);
  try {
    const { flows, misfits, atOnce, sessionFor } = await prepare(places, values, world, context, view.update);
    const codes: ExitCode[] = [];
    const failed: string[] = [];
    const fail = async (stream: string, error: unknown): Promise<void> => {
      failed.push(stream);
      // After an interruption every other complaint is only its echo.
      const cause = signal.aborted ? signal.reason : error;
      codes.push(await reportError(stream, asHeadgateError(cause, `${step.doing} ${stream}`), world));
    };
    for (const { stream, error } of misfits) await fail(stream, error);
    const results = await eachAtOnce(flows, step.together ? atOnce : 1, async (flow): Promise<R | undefined> => {
      const stream = refName(flow.stream.stream);
      try {
        signal.throwIfAborted();
        const result = await step.run(flow, sessionFor(flow));
        view.finish(stream);
        codes.push(await step.report(result));
        return result;
      } catch (error) {
        view.finish(stream);
        await fail(stream, error);
        return undefined;
      }
    });
    return { results: results.filter((result) => result !== undefined), failed, code: worst(codes) };
  } finally {
    view.stop();
  }
}

/** Runs `one` for every item, at most `atOnce` at the same time, and answers in the order of the items. */
export async function eachAtOnce<T, R>(items: readonly T[], atOnce: number, one: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await one(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

async function reportError(stream: string, { code, message, hint }: HeadgateError, { terminal }: World): Promise<ExitCode> {
  const facts = { code, message: `${stream}: ${message}`, hint };
  if (terminal.json) await terminal.record('error', { stream, ...errorRecord(facts) });
  else for (const line of errorLines(facts, terminal.notePaint)) terminal.complain(line);
  return exitCodeOf({ code });
}
