/**
 * Our half inside the interpreter: these functions are never called here, their text is evaluated there, around the hook. So they know only
 * each other, the language, and the two functions declared below. A hook can tamper with all of it, and harms only its own answer:
 * changes.ts believes nothing.
 */
import type { Cell, Change, Info, SelectOption } from './cells.ts';

/** JSON of the cells of a field, or '' for one that has not crossed; the run is then thrown away and done again with it. */
declare const load: (field: number) => string;
/** The hook begins with this row of the batch. */
declare const mark: (row: number) => void;
/** The interpreter's own, taken before any hook could replace them. */
declare const parse: (text: string) => unknown;
declare const stringify: (value: unknown) => string;

/** What crosses with every batch. `argument`: the hook's second. */
export interface BatchInput {
  readonly indexes: readonly number[];
  readonly rowIds: readonly string[];
  readonly fields: readonly string[];
  readonly manyToOne: readonly string[];
  readonly argument: string | number | null;
  readonly rowOutputLength: number;
}

/** `newRows`: what the ids of added rows begin with. */
export interface StepInput {
  readonly data: readonly unknown[];
  readonly instanceLast: boolean;
  readonly newRows: string;
}

type Fields = Record<string | symbol, unknown>;
interface Batch {
  readonly input: BatchInput;
  readonly places: Map<string, number>;
  readonly many: Set<string>;
  readonly loaded: (readonly Cell[] | undefined)[];
  readonly rows: ProxyHandler<Fields>;
  /** Which object stands behind the row that a hook sees: its own keys are the cells that were touched. */
  readonly behind: WeakMap<object, Fields>;
  readonly at: WeakMap<Fields, number>;
  readonly out: string[];
}

function batchOf(inputText: string): Batch {
  const input = parse(inputText) as BatchInput; // our other half wrote it
  const batch: Batch = {
    input,
    places: new Map(input.fields.map((field, place) => [field, place])),
    many: new Set(input.manyToOne),
    loaded: [],
    rows: {},
    behind: new WeakMap(),
    at: new WeakMap(),
    out: [],
  };
  Object.assign(batch.rows, handlerOf(batch));
  return batch;
}

function cellsOf(batch: Batch, place: number): readonly Cell[] {
  const known = batch.loaded[place];
  if (known) return known;
  const text = load(place);
  if (text === '') throw new Error('this field has not crossed yet');
  const cells = parse(text) as readonly Cell[]; // our other half wrote it
  batch.loaded[place] = cells;
  return cells;
}

function cellOf(raw: Cell | undefined): unknown {
  if (raw === undefined || raw === null || typeof raw === 'string') return { value: raw ?? null, resultValue: raw ?? null };
  // Hooks may change what they get, and what they changed is found by comparing.
  return parse(stringify(raw));
}

/** A row looks like an object with all fields, and fetches each when it is touched. */
function handlerOf(batch: Batch): ProxyHandler<Fields> {
  const { places, at } = batch;
  const touch = (row: Fields, key: string | symbol): void => {
    const place = typeof key === 'string' && !Object.hasOwn(row, key) ? places.get(key) : undefined;
    if (place !== undefined) row[key] = cellOf(cellsOf(batch, place)[at.get(row) ?? -1]);
  };
  return {
    get(row, key) {
      touch(row, key);
      return row[key];
    },
    has: (row, key) => (typeof key === 'string' && places.has(key)) || key in row,
    set(row, key, value) {
      row[key] = value;
      return true;
    },
    ownKeys: (row) => [...new Set([...places.keys(), ...Reflect.ownKeys(row)])],
    getOwnPropertyDescriptor(row, key) {
      touch(row, key);
      return Reflect.getOwnPropertyDescriptor(row, key);
    },
  };
}

function recordOf(batch: Batch, at: number): { index: number | undefined; rowId: string | undefined; row: Fields } {
  const own: Fields = {};
  batch.at.set(own, at);
  const row = new Proxy(own, batch.rows);
  batch.behind.set(row, own);
  return { index: batch.input.indexes[at], rowId: batch.input.rowIds[at], row };
}

/** What a hook left as a value, as text: numbers and booleans are written out. */
function textOf(value: unknown, field: string): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw new TypeError(`the value of ${field} is neither text nor number, boolean or null`);
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function infosOf(given: unknown): Info[] {
  if (!Array.isArray(given)) throw new TypeError('info is no array');
  return given.map((item: unknown) => {
    if (!isObject(item) || typeof item['message'] !== 'string') throw new TypeError('an info has no message');
    const level = item['level'] ?? 'error';
    if (level !== 'error' && level !== 'warning' && level !== 'info')
      throw new TypeError('the level of an info is not error, warning or info');
    return { message: item['message'], level };
  });
}

function optionsOf(given: unknown, field: string): SelectOption[] {
  if (!Array.isArray(given)) throw new TypeError('selectOptions is no array');
  return given.map((item: unknown) => {
    if (!isObject(item)) throw new TypeError('a select option is no object');
    return { label: textOf(item['label'] ?? '', field) ?? '', value: textOf(item['value'] ?? '', field) ?? '' };
  });
}

/** What differs from `before`; where that is unknown, all that was given. */
function patchOf(
  after: Fields,
  before: Cell | undefined,
  field: string,
): Omit<Change, 'row' | 'field' | 'part'> | string | undefined {
  const { value, info, selectOptions } = after;
  const was = typeof before === 'object' && before !== null ? before : { value: before };
  const patch: { value?: string | null | (string | null)[]; info?: Info[]; selectOptions?: SelectOption[] } = {};
  if (value !== undefined && value !== was.value) {
    const now = Array.isArray(value) ? value.map((item: unknown) => textOf(item, field)) : textOf(value, field);
    if (now !== was.value && !(Array.isArray(now) && stringify(now) === stringify(was.value))) patch.value = now;
  }
  if (info !== undefined) {
    const now = infosOf(info);
    if (!('info' in was) || stringify(now) !== stringify(was.info)) patch.info = now;
  }
  if (selectOptions !== undefined) {
    const now = optionsOf(selectOptions, field);
    if (!('selectOptions' in was) || stringify(now) !== stringify(was.selectOptions)) patch.selectOptions = now;
  }
  if (typeof patch.value === 'string' && patch.info === undefined && patch.selectOptions === undefined) return patch.value;
  return 'value' in patch || 'info' in patch || 'selectOptions' in patch ? patch : undefined;
}

function give(batch: Batch, entries: unknown[]): void {
  if (entries.length === 0) return;
  const text = stringify(entries);
  if (text.length > batch.input.rowOutputLength) throw new RangeError('one row gives back too much');
  batch.out.push(text.slice(1, -1));
}

/** The entries of one cell: a field with several columns has one for each. */
function entriesOf(batch: Batch, at: number, field: string, after: unknown): unknown[] {
  const place = batch.places.get(field);
  if (place === undefined) throw new TypeError(`there is no field ${field}`);
  if (after === undefined || after === null) return [];
  if (!isObject(after)) throw new TypeError(`what was returned for ${field} is no object with a value`);
  if (!batch.many.has(field)) {
    const patch = patchOf(after, batch.loaded[place]?.[at], field);
    return patch === undefined ? [] : [[at, place, -1, patch]];
  }
  const before = cellsOf(batch, place)[at];
  const parts = typeof before === 'object' && before !== null ? (before.manyToOne ?? []) : [];
  const now = after['manyToOne'];
  if (!Array.isArray(now) || now.length !== parts.length)
    throw new TypeError(`${field} needs an array manyToOne of ${parts.length}`);
  return now.flatMap((part: unknown, index) => {
    const patch = isObject(part) ? patchOf(part, parts[index], field) : undefined;
    return patch === undefined ? [] : [[at, place, index, patch]];
  });
}

function collect(batch: Batch, at: number, result: unknown): void {
  if (result === undefined || result === null) return;
  if (!isObject(result) || !isObject(result['row'])) throw new TypeError('what was returned is no record with a row');
  const row = result['row'];
  // Of a row that is ours only what was touched can have changed.
  const cells = batch.behind.get(row) ?? row;
  give(
    batch,
    Object.keys(cells).flatMap((field) => entriesOf(batch, at, field, cells[field])),
  );
}

async function runRows(hook: (...args: unknown[]) => unknown, inputText: string): Promise<string> {
  const batch = batchOf(inputText);
  for (let at = 0; at < batch.input.indexes.length; at++) {
    mark(at);
    const answer = hook(recordOf(batch, at), batch.input.argument);
    // Most hooks are not asynchronous, and waiting costs more than they do.
    const result = isObject(answer) && 'then' in answer ? await Promise.resolve(answer) : answer;
    if (batch.input.argument !== null) collect(batch, at, result);
  }
  return `[${batch.out.join(',')}]`;
}

/** Batch and bulk row hooks: all records at once, and any of them back, known by their index. */
async function runMany(hook: (...args: unknown[]) => unknown, inputText: string): Promise<string> {
  const batch = batchOf(inputText);
  const { indexes, argument } = batch.input;
  const at = new Map(indexes.map((index, place) => [index, place]));
  const result = await hook(
    indexes.map((_, place) => recordOf(batch, place)),
    argument,
  );
  if (result === undefined || result === null) return '[]';
  if (!Array.isArray(result)) throw new TypeError('what was returned is no array of records');
  for (const record of result as readonly unknown[]) {
    const place = isObject(record) ? at.get(Number(record['index'])) : undefined;
    if (place === undefined) throw new TypeError('a returned record has no index, or one that was not given');
    collect(batch, place, record);
  }
  return `[${batch.out.join(',')}]`;
}

async function runColumn(hook: (...args: unknown[]) => unknown, inputText: string): Promise<string> {
  const batch = batchOf(inputText);
  const { indexes, rowIds } = batch.input;
  const cells = cellsOf(batch, 0);
  const valueOf = (cell: Cell | undefined): unknown => (isObject(cell) ? cell.value : cell);
  const at = new Map(indexes.map((index, place) => [index, place]));
  const result = await hook(indexes.map((index, place) => ({ index, value: valueOf(cells[place]), rowId: rowIds[place] })));
  if (result === undefined || result === null) return '[]';
  if (!Array.isArray(result)) throw new TypeError('what was returned is no array');
  const entries: unknown[] = [];
  for (const item of result as readonly unknown[]) {
    if (item === undefined || item === null) continue;
    const place = isObject(item) ? at.get(Number(item['index'])) : undefined;
    if (!isObject(item) || place === undefined) throw new TypeError('a returned value has no index, or one that was not given');
    const patch = patchOf(item, cells[place], batch.input.fields[0] ?? '');
    if (patch !== undefined) entries.push([place, 0, -1, patch]);
  }
  return stringify(entries);
}

/** The instance writes down what is asked of it, and our other half does it afterwards. */
function instanceOf(calls: unknown[], newRows: string): Fields {
  const instance: Fields = {};
  const methods =
    'addField removeField updateInfoMessages addInfoMessages addRows removeRows setConfirmationMessage setHeaderRowOverride setUser setDevelopmentMode';
  let added = 0;
  for (const name of methods.split(' ')) {
    instance[name] = async (...given: unknown[]): Promise<unknown> => {
      const args = given.map((value) => value ?? null);
      if (name !== 'addRows') {
        calls.push({ method: name === 'addInfoMessages' ? 'updateInfoMessages' : name, arguments: args });
        return undefined;
      }
      const [rows] = given;
      if (!Array.isArray(rows)) throw new TypeError('addRows takes an array');
      const ids = rows.map(() => `${newRows}${(added += 1)}`);
      calls.push({ method: name, arguments: [rows, ids] });
      return ids;
    };
  }
  return instance;
}

async function runStep(hook: (...args: unknown[]) => unknown, inputText: string): Promise<string> {
  const { data, instanceLast, newRows } = parse(inputText) as StepInput; // our other half wrote it
  const calls: unknown[] = [];
  const instance = instanceOf(calls, newRows);
  const result = await (instanceLast ? hook(...data, instance) : hook(instance, ...data));
  const returned =
    instanceLast && isObject(result)
      ? { cancel: Boolean(result['cancel']), message: textOf(result['message'] ?? null, 'message') }
      : null;
  return stringify({ calls, returned });
}

/** What was thrown, as text; to ask it may throw again. */
function saidOf(thrown: unknown): string {
  try {
    // Whatever it is, it is asked for its own text.
    return `${thrown as string}`.slice(0, 2000);
  } catch {
    return 'something that cannot be read';
  }
}

const parts = [
  batchOf,
  cellsOf,
  cellOf,
  handlerOf,
  recordOf,
  textOf,
  infosOf,
  optionsOf,
  patchOf,
  give,
  entriesOf,
  collect,
  runRows,
  runMany,
  runColumn,
  instanceOf,
  runStep,
  saidOf,
];

/**
 * Evaluates to a function of `load` and `mark`, which gives the entries by name. Each takes the hook and a JSON text, and resolves to
 * JSON text: of the answer, or `{"threw": text}`.
 */
export const inside = `(load, mark) => {
'use strict';
const { parse, stringify } = JSON;
const isObject = ${String(isObject)};
${parts.map(String).join('\n')}
const quiet = () => undefined;
globalThis.console = { log: quiet, info: quiet, warn: quiet, error: quiet, debug: quiet };
const entries = { runRows, runMany, runColumn, runStep };
return (entry, hook, input) => entries[entry](hook, input).catch((thrown) => stringify({ threw: saidOf(thrown) }));
}`;
