/**
 * The language of hooks, as WebAssembly: its code has no way out but one function of ours, which takes a number and gives a text. An
 * interpreter that had to be stopped is not to be trusted any more; who has one ends the process.
 */
import { randomBytes } from 'node:crypto';
import wasm from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core';
import { inside } from './inside.ts';
import type { Ask, Fault } from './messages.ts';

/** Of the language's own library, which Node's types leave out. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer };
};
// Its types are those of its CommonJS form; a module gets what that has as `default`.
const variant = wasm as unknown as QuickJSSyncVariant;

const pageBytes = 65_536;
/** What the interpreter itself takes beside the values of hooks. */
const ownBytes = 24 * 2 ** 20;
const firstBytes = 16 * 2 ** 20;
/** Of WebAssembly's own 5 MB; built-in functions take more of it than they count. */
const stackBytes = 128 * 1024;

export type Outcome =
  | { readonly text: string }
  | { readonly needs: readonly number[] }
  | { readonly fault: Fault; readonly row: number; readonly said?: string };

/** CPU time of this process in ms: a busy machine does not make hooks slower. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export class Interpreter {
  readonly #runtime: QuickJSRuntime;
  readonly #memory: { readonly buffer: ArrayBuffer };
  readonly #beat: (row: number) => void;
  /** Four bytes of the interpreter's memory in which the hook's row stands: to call us for every row would cost more than most hooks. */
  readonly #bytes: QuickJSHandle;
  readonly #mark: number;
  #stopped = false;

  private constructor(runtime: QuickJSRuntime, memory: { readonly buffer: ArrayBuffer }, beat: (row: number) => void) {
    this.#runtime = runtime;
    this.#memory = memory;
    this.#beat = beat;
    // The library does not say where it puts a buffer, so its content does.
    const sign = randomBytes(16);
    this.#bytes = runtime.newContext().newArrayBuffer(new Uint8Array(sign).buffer);
    this.#mark = Buffer.from(memory.buffer).indexOf(sign);
  }

  /** `beat` hears of the row several times a second while a hook runs. */
  static async start(memoryBytes: number, beat: (row: number) => void): Promise<Interpreter> {
    const maximum = Math.ceil((memoryBytes + ownBytes) / pageBytes);
    const wasmMemory = new WebAssembly.Memory({ initial: firstBytes / pageBytes, maximum });
    const module = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }));
    const runtime = module.newRuntime();
    runtime.setMemoryLimit(memoryBytes);
    runtime.setMaxStackSize(stackBytes);
    return new Interpreter(runtime, wasmMemory, beat);
  }

  /** Runs a hook in a context of its own, so that nothing it leaves behind is seen by the next. Never throws. */
  run(ask: Ask): Outcome {
    this.#watch(ask);
    try {
      const context = this.#runtime.newContext();
      const outcome = this.#inContext(context, ask);
      // What was stopped may have left the interpreter's memory in disorder.
      if (!this.#stopped && !('fault' in outcome && outcome.fault === 'broken')) context.dispose();
      return outcome;
    } catch {
      return this.#fault(this.#stopped ? 'timeout' : 'broken');
    }
  }

  /** The position of the row in the batch with which the hook has begun. */
  get #row(): number {
    return this.#mark < 0 ? -1 : (new Int32Array(this.#memory.buffer, this.#mark, 1)[0] ?? -1);
  }

  #watch({ rowMs, totalMs }: Ask): void {
    this.#stopped = false;
    const begun = cpuMs();
    let [row, rowBegun, beaten] = [-1, begun, performance.now()];
    this.#runtime.setInterruptHandler(() => {
      const now = cpuMs();
      if (row !== this.#row) [row, rowBegun] = [this.#row, now];
      this.#stopped ||= now - begun > totalMs || (row >= 0 && now - rowBegun > rowMs);
      if (performance.now() - beaten > 250) {
        beaten = performance.now();
        this.#beat(this.#row);
      }
      return this.#stopped;
    });
  }

  #inContext(context: QuickJSContext, ask: Ask): Outcome {
    const needs = new Set<number>();
    const enter = this.#ourHalf(context, ask, needs);
    const compiled = context.evalCode(`(${ask.source.replace(/[;\s]+$/, '')}\n)`, 'hook.js');
    if (compiled.error) return this.#thrown(context, compiled.error, 'source', enter);
    using hook = compiled.value;
    if (context.typeof(hook) !== 'function') {
      enter.dispose();
      return this.#fault('source', 'it is no function');
    }
    if (!ask.run) {
      enter.dispose();
      return { text: '' };
    }
    using entry = context.newString(ask.run.entry);
    using input = context.newString(ask.run.input);
    const called = context.callFunction(enter, context.undefined, entry, hook, input);
    if (called.error) return this.#thrown(context, called.error, 'threw', enter);
    enter.dispose();
    using promise = called.value;
    const outcome = this.#settled(context, promise, ask.outputLength);
    return needs.size > 0 && !this.#stopped ? { needs: [...needs] } : outcome;
  }

  #ourHalf(context: QuickJSContext, ask: Ask, needs: Set<number>): QuickJSHandle {
    using load = context.newFunction('load', (place) => {
      const text = ask.run?.columns[context.getNumber(place)];
      if (typeof text === 'string') return context.newString(text);
      needs.add(context.getNumber(place));
      return context.newString('');
    });
    using make = context.unwrapResult(context.evalCode(inside, 'inside.js'));
    return context.unwrapResult(context.callFunction(make, context.undefined, load, this.#bytes));
  }

  #settled(context: QuickJSContext, promise: QuickJSHandle, outputLength: number): Outcome {
    while (!this.#stopped && this.#runtime.hasPendingJob()) {
      const done = this.#runtime.executePendingJobs(1000);
      if (done.error) return this.#thrown(done.error.context, done.error, 'threw');
    }
    if (this.#stopped) return this.#fault('timeout');
    const state = context.getPromiseState(promise);
    if (state.type === 'pending') return this.#fault('unsettled');
    if (state.type === 'rejected') return this.#thrown(context, state.error, 'threw');
    using value = state.value;
    if (context.typeof(value) !== 'string') return this.#fault('broken');
    using length = context.getProp(value, 'length');
    if (context.getNumber(length) > outputLength) return this.#fault('output');
    return this.#read(context.getString(value));
  }

  #read(text: string): Outcome {
    if (!text.startsWith('{"threw":')) return { text };
    const { threw } = JSON.parse(text) as { readonly threw: unknown }; // anything, a hook may have written it
    const said = String(threw);
    if (said === 'RangeError: one row gives back too much') return this.#fault('output');
    return this.#fault(said === 'InternalError: out of memory' ? 'memory' : 'threw', said);
  }

  #thrown(context: QuickJSContext, error: QuickJSHandle, fault: Fault, ...rest: readonly QuickJSHandle[]): Outcome {
    for (const handle of rest) handle.dispose();
    if (this.#stopped) return this.#fault('timeout');
    using message = context.getProp(error, 'message');
    const said = context.typeof(message) === 'string' ? context.getString(message) : '';
    error.dispose();
    return said === 'out of memory' ? this.#fault('memory') : this.#fault(fault, said);
  }

  #fault(fault: Fault, said?: string): Outcome {
    return { fault, row: this.#row, ...(said !== undefined && { said: said.slice(0, 2000) }) };
  }
}
