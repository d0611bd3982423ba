/**
 * The language of hooks, as WebAssembly: its code has no way out but four functions of ours, which take a number or texts and
 * give a text, or what we compiled. An
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
import { outsideFunction, pieceFunction } from './host-functions.ts';
import { inside } from './inside.ts';
import type { Ask, Fault } from './messages.ts';
import { Pause } from './pause.ts';

/** Of the language's own library, which Node's types leave out. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer };
};
// Its types are those of its CommonJS form; a module gets what that has as `default`.
const given = wasm as unknown as QuickJSSyncVariant;
/** It writes texts into its memory character by character; what Node has for that takes a tenth of the time. */
const variant: QuickJSSyncVariant = {
  ...given,
  importModuleLoader: async () => {
    const imported = await given.importModuleLoader();
    const found = typeof imported === 'function' ? imported : imported.default;
    const load = typeof found === 'function' ? found : found.default;
    return async (options) => {
      const module = await load(options);
      module.lengthBytesUTF8 = (text) => Buffer.byteLength(text);
      module.stringToUTF8 = (text, at, most = Infinity) => {
        const memory = Buffer.from(module.HEAPU8.buffer);
        memory[at + memory.write(text, at, most - 1)] = 0;
      };
      return module;
    };
  },
};

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

/** What is asked of the network, and what came of it, each as JSON. */
type Errands = (wants: readonly string[]) => Promise<readonly string[]>;

interface Run {
  readonly ask: Ask;
  readonly errands: Errands;
  /** Fields that must cross too. */
  readonly needs: Set<number>;
  /** Requests that nobody has made yet. */
  readonly wants: string[];
}

/** CPU time of this process in ms: a busy machine does not make hooks slower. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Fields that have not crossed are needed now; false where all have. */
function needAll({ run }: Ask, needs: Set<number>): boolean {
  for (const [place, text] of run?.columns.entries() ?? []) if (text === null) needs.add(place);
  return needs.size > 0;
}

export class Interpreter {
  readonly #runtime: QuickJSRuntime;
  readonly #memory: { readonly buffer: ArrayBuffer };
  readonly #beat: (row: number) => void;
  /** Four bytes of the interpreter's memory in which the hook's row stands: to call us for every row would cost more than most hooks. */
  readonly #bytes: QuickJSHandle;
  readonly #mark: number;
  #stopped = false;
  /** Looks at the time, and remembers when it is over. */
  #isOver = (): boolean => this.#stopped;
  /** CPU time that the run, and its row, may still take. */
  #leftMs = (): number => 0;
  #pause = new Pause(() => undefined);

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
  async run(ask: Ask, errands: Errands): Promise<Outcome> {
    this.#watch(ask);
    try {
      const context = this.#runtime.newContext();
      const outcome = await this.#inContext(context, { ask, errands, needs: new Set(), wants: [] });
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
    this.#pause = new Pause(() => this.#beat(this.#row));
    const spent = (): number => cpuMs() + this.#pause.ms;
    const begun = spent();
    let [row, rowBegun, beaten, looked] = [-1, begun, performance.now(), 0];
    this.#leftMs = () => {
      const now = spent();
      if (row !== this.#row) [row, rowBegun] = [this.#row, now];
      return Math.min(totalMs - (now - begun), row >= 0 ? rowMs - (now - rowBegun) : Infinity);
    };
    this.#isOver = () => {
      const clock = performance.now();
      // It is asked far more often than there is something new to see, and to look takes longer than to be asked.
      if (clock - looked < 1) return this.#stopped;
      looked = clock;
      this.#stopped ||= this.#leftMs() < 0;
      if (clock - beaten > 250) {
        beaten = clock;
        this.#beat(this.#row);
      }
      return this.#stopped;
    };
    this.#runtime.setInterruptHandler(() => this.#isOver());
  }

  async #inContext(context: QuickJSContext, run: Run): Promise<Outcome> {
    const { ask, needs } = run;
    using lengthKey = context.newString('length');
    using enter = this.#ourHalf(context, lengthKey, run);
    const compiled = context.evalCode(`(${ask.source.replace(/[;\s]+$/, '')}\n)`, 'hook.js');
    if (compiled.error) return this.#thrown(context, compiled.error, 'source');
    using hook = compiled.value;
    if (context.typeof(hook) !== 'function') return this.#fault('source', 'it is no function');
    if (!ask.run) return { text: '' };
    using entry = context.newString(ask.run.entry);
    using input = context.newString(ask.run.input);
    const called = context.callFunction(enter, context.undefined, entry, hook, input);
    if (called.error) return this.#thrown(context, called.error, 'threw');
    using promise = called.value;
    const ended = await this.#worked(context, enter, promise, run);
    const outcome = ended ?? this.#settled(context, promise, ask.outputLength);
    return needs.size > 0 && !this.#stopped ? { needs: [...needs] } : outcome;
  }

  #ourHalf(context: QuickJSContext, lengthKey: QuickJSHandle, { ask, needs, wants }: Run): QuickJSHandle {
    const columns = ask.run?.columns ?? [];
    using load = context.newFunction('load', (place) => {
      const text = columns[context.getNumber(place)];
      if (typeof text === 'string') return context.newString(text);
      needs.add(context.getNumber(place));
      return context.newString('');
    });
    using want = context.newFunction('want', (request) => {
      if (!ask.network) return context.newString('this server lets hooks reach no host');
      // What is asked of others cannot be taken back: a run that may have to begin again waits here for ever, and begins again with all fields.
      if (!needAll(ask, needs)) wants.push(context.getString(request));
      return context.newString('');
    });
    using outside = outsideFunction(context, lengthKey, () => this.#isOver());
    using pieceAt = pieceFunction(context);
    using make = context.unwrapResult(context.evalCode(inside, 'inside.js'));
    return context.unwrapResult(context.callFunction(make, context.undefined, load, want, outside, pieceAt, this.#bytes));
  }

  /** Until nothing is left to do, and nothing on its way that is waited for. Undefined = it came to its end. */
  async #worked(
    context: QuickJSContext,
    enter: QuickJSHandle,
    promise: QuickJSHandle,
    { ask, errands, needs, wants }: Run,
  ): Promise<Outcome | undefined> {
    let answers: Promise<readonly string[]> | undefined;
    for (;;) {
      while (!this.#stopped && this.#runtime.hasPendingJob()) {
        const done = this.#runtime.executePendingJobs(1000);
        if (done.error) return this.#thrown(done.error.context, done.error, 'threw');
      }
      if (this.#isOver()) return this.#fault('timeout');
      if (needs.size > 0 || this.#hasThrown(context, promise)) return undefined;
      if (wants.length > 0) answers ??= errands(wants.splice(0));
      const rung = this.#rung(context, enter, promise);
      if (typeof rung !== 'number') return rung;
      if (rung === 0) continue;
      if (rung < 0 && !answers) return undefined;
      // A run that has waited begins again only with all fields, as one that has asked the network.
      if (rung > 0 && needAll(ask, needs)) continue;
      if (!answers && rung > this.#leftMs()) return this.#fault('timeout');
      const heard = await this.#pause.until(rung, answers);
      if (!heard) continue;
      answers = undefined;
      using entry = context.newString('hear');
      using input = context.newString(JSON.stringify(heard));
      const told = context.callFunction(enter, context.undefined, entry, context.undefined, input);
      if (told.error) return this.#thrown(context, told.error, 'threw');
      told.value.dispose();
    }
  }

  /** Runs the timer that is due, and gives 0; else the ms until one is; -1 without any, and for a hook that has ended: nobody waits for its timers. */
  #rung(context: QuickJSContext, enter: QuickJSHandle, promise: QuickJSHandle): number | Outcome {
    const state = context.getPromiseState(promise);
    if (state.type === 'fulfilled') state.value.dispose();
    if (state.type !== 'pending') return -1;
    using entry = context.newString('ring');
    const rung = context.callFunction(enter, context.undefined, entry);
    if (rung.error) return this.#thrown(context, rung.error, 'threw');
    using value = rung.value;
    const wait = context.typeof(value) === 'number' ? context.getNumber(value) : -1;
    return Number.isNaN(wait) ? -1 : wait;
  }

  /** Nothing more is asked for a hook that has failed. */
  #hasThrown(context: QuickJSContext, promise: QuickJSHandle): boolean {
    const state = context.getPromiseState(promise);
    if (state.type === 'rejected') state.error.dispose();
    if (state.type !== 'fulfilled') return state.type === 'rejected';
    using value = state.value;
    return context.typeof(value) === 'string' && context.getString(value).startsWith('{"threw":');
  }

  #settled(context: QuickJSContext, promise: QuickJSHandle, outputLength: number): Outcome {
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

  #thrown(context: QuickJSContext, error: QuickJSHandle, fault: Fault): Outcome {
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
