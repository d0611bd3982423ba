/**
 * Our half inside the interpreter: these functions and those of inside-*.ts are never called here, their text is evaluated there, around the hook. So they know only
 * each other, the language, and what is declared below. A hook can tamper with all of it, and harms only its own answer:
 * changes.ts believes nothing.
 */
import type { Cell } from './cells.ts';
import { cellOf, infosOf, isObject, optionsOf, patchOf, textOf, type Fields } from './inside-cells.ts';
import { fetch, hear, requestOf, responseOf } from './inside-fetch.ts';
import { ask, defineGlobals, failureOf, later, pieceOf } from './inside-globals.ts';
import { instanceOf, runStep } from './inside-steps.ts';
import { between, numbersOf, packNumbers, packTexts, type Run } from './packed.ts';
import { pieces } from './pieces.ts';

/** The cells of a field, or the ids of the rows at the place after the last field, packed or as JSON; '' for one that has not crossed; the run is then thrown away and done again with it. */
declare const load: (field: number) => string;
/** One number that our other half can read at any time: the row of the batch with which the hook has begun. */
declare const mark: Int32Array;
/** Where a row keeps its place in the batch; no hook gets hold of it. */
declare const position: symbol;
/** The interpreter's own, taken before any hook could replace them. */
declare const parse: (text: string) => unknown;
declare const stringify: (value: unknown) => string;

/** What crosses with every batch. `argument`: the hook's second. */
export interface BatchInput {
  readonly indexes: readonly number[] | Run;
  readonly fields: readonly string[];
  readonly manyToOne: readonly string[];
  readonly argument: string | number | null;
  readonly rowOutputLength: number;
  /** All fields cross with it. */
  readonly whole: boolean;
}

interface Batch {
  readonly input: Omit<BatchInput, 'indexes'>;
  readonly indexes: readonly number[];
  readonly rowIds: readonly string[];
  readonly places: Map<string, number>;
  readonly many: Set<string>;
  readonly loaded: (readonly Cell[] | undefined)[];
  /** All fields have crossed. */
  readonly whole: boolean;
  readonly rows: ProxyHandler<Fields>;
  /** The rows as hooks see them, and what stands behind each: its own keys are the cells that can have changed. */
  readonly shown: Fields[];
  readonly behind: Fields[];
  /** By place of the field: which rows have got which texts. */
  readonly texts: { readonly rows: number[]; readonly values: string[] }[];
  /** All other changes, one text for each row. */
  readonly entries: string[];
  /** What the row at hand has given back so far. */
  length: number;
}

function batchOf(inputText: string): Batch {
  const input = parse(inputText) as BatchInput; // our other half wrote it
  const batch: Batch = {
    input,
    indexes: numbersOf(input.indexes),
    rowIds: cellsOfText(load(input.fields.length)) as readonly string[], // our other half wrote it
    places: new Map(input.fields.map((field, place) => [field, place])),
    many: new Set(input.manyToOne),
    loaded: [],
    whole: input.whole,
    rows: {},
    shown: [],
    behind: [],
    texts: input.fields.map(() => ({ rows: [], values: [] })),
    entries: [],
    length: 0,
  };
  Object.assign(batch.rows, handlerOf(batch));
  if (batch.whole) for (const place of input.fields.keys()) cellsOf(batch, place);
  return batch;
}

function cellsOf(batch: Batch, place: number): readonly Cell[] {
  const known = batch.loaded[place];
  if (known) return known;
  const text = load(place);
  if (text === '') throw new Error('this field has not crossed yet');
  return (batch.loaded[place] = cellsOfText(text));
}

function cellsOfText(text: string): readonly Cell[] {
  return text[0] === between ? text.slice(1).split(between) : (parse(text) as readonly Cell[]); // our other half wrote it
}

/** A row looks like an object with all fields, and fetches each when it is touched. What stands behind it knows its place by `place`. */
function handlerOf(batch: Batch): ProxyHandler<Fields> {
  const { places } = batch;
  const own = (row: Fields, key: string | symbol): unknown => {
    const known = row[key];
    const place = known === undefined && typeof key === 'string' ? places.get(key) : undefined;
    return place === undefined ? known : (row[key] = cellOf(cellsOf(batch, place)[Number(row[position])]));
  };
  const language = Object.prototype as unknown as Fields; // asked for whatever a hook asks a row for
  return {
    get: (row, key) => own(row, key) ?? (key in row ? undefined : language[key]),
    has: (row, key) => (typeof key === 'string' && places.has(key)) || key in row || key in language,
    set(row, key, value) {
      row[key] = value;
      return true;
    },
    getPrototypeOf: () => language,
    ownKeys: (row) => [...new Set([...places.keys(), ...Object.keys(row)])],
    getOwnPropertyDescriptor(row, key) {
      own(row, key);
      return Reflect.getOwnPropertyDescriptor(row, key);
    },
  };
}

/** Where all fields have crossed there is nothing to fetch, and plain objects are several times as fast. */
function plainRow({ loaded, input: { fields } }: Batch, at: number): Fields {
  const row: Fields = {};
  for (let place = 0; place < fields.length; place++) {
    const raw = loaded[place]?.[at];
    row[fields[place] ?? ''] = typeof raw === 'string' ? { value: raw, resultValue: raw } : cellOf(raw);
  }
  return row;
}

function recordOf(batch: Batch, at: number): { index: number | undefined; rowId: string | undefined; row: Fields } {
  const { indexes, rowIds } = batch;
  const behind = batch.whole ? plainRow(batch, at) : (Object.create(null) as Fields);
  if (!batch.whole) behind[position] = at;
  const row = batch.whole ? behind : new Proxy(behind, batch.rows);
  batch.behind[at] = behind;
  batch.shown[at] = row;
  return { index: indexes[at], rowId: rowIds[at], row };
}

/** Notes one changed cell; `part` -1 is the whole. A text alone is written without anything around it. */
function give(batch: Batch, at: number, place: number, part: number, patch: ReturnType<typeof patchOf>): void {
  if (patch === undefined) return;
  if (typeof patch === 'string' && part === -1) {
    batch.length += patch.length;
    const texts = batch.texts[place];
    texts?.rows.push(at);
    texts?.values.push(patch);
  } else {
    const text = stringify([at, place, part, typeof patch === 'string' ? { value: patch } : patch]);
    batch.length += text.length;
    batch.entries.push(text);
  }
  if (batch.length > batch.input.rowOutputLength) throw new RangeError('one row gives back too much');
}

/** All that was given, in the form that changes.ts expects: a line of JSON, then what is packed, which is slow to write as JSON. */
function given({ texts, entries }: Batch): string {
  let packed = '';
  const columns = texts.flatMap(({ rows, values }, place) => {
    if (rows.length === 0) return [];
    const text = packTexts(values, between);
    packed += text ?? '';
    return [[place, packNumbers(rows), text === undefined ? values : text.length]];
  });
  return `{"texts":${stringify(columns)},"entries":[${entries.join(',')}]}\n${packed}`;
}

/** One cell that was returned: of a field with several columns, all of them. */
function collectCell(batch: Batch, at: number, field: string, after: unknown): void {
  const place = batch.places.get(field);
  if (place === undefined) throw new TypeError(`there is no field ${field}`);
  if (after === undefined || after === null) return;
  if (!isObject(after)) throw new TypeError(`what was returned for ${field} is no object with a value`);
  if (!batch.many.has(field)) return give(batch, at, place, -1, patchOf(after, batch.loaded[place]?.[at], field));
  const isEmpty = ['value', 'info', 'selectOptions', 'manyToOne'].every((key) => after[key] === undefined);
  if (isEmpty) return;
  const before = cellsOf(batch, place)[at];
  const parts = typeof before === 'object' && before !== null ? (before.manyToOne ?? []) : [];
  const now = after['manyToOne'];
  if (!Array.isArray(now) || now.length !== parts.length)
    throw new TypeError(`${field} needs an array manyToOne of ${parts.length}`);
  for (const [index, part] of (now as readonly unknown[]).entries())
    if (isObject(part)) give(batch, at, place, index, patchOf(part, parts[index], field));
}

function collect(batch: Batch, at: number, result: unknown): void {
  if (result === undefined || result === null) return;
  if (!isObject(result) || !isObject(result['row'])) throw new TypeError('what was returned is no record with a row');
  const row = result['row'];
  // Of a row that is ours only what was touched can have changed.
  const cells = row === batch.shown[at] ? (batch.behind[at] ?? row) : row;
  batch.length = 0;
  const { loaded } = batch;
  const { fields } = batch.input;
  const keys = Object.keys(cells);
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place] ?? '';
    const cell = cells[key];
    // Most cells of a row that is ours are as they were, which needs no calls.
    const before = fields[place] === key ? loaded[place]?.[at] : undefined;
    if (typeof before === 'string' && typeof cell === 'object' && cell !== null) {
      const { value, info, selectOptions } = cell as Fields; // of an object
      if (value === before && info === undefined && selectOptions === undefined) continue;
    }
    collectCell(batch, at, key, cell);
  }
}

async function runRows(hook: (...args: unknown[]) => unknown, inputText: string): Promise<string> {
  const batch = batchOf(inputText);
  const { indexes } = batch;
  const { argument } = batch.input;
  for (let at = 0; at < indexes.length; at++) {
    mark[0] = at;
    const answer = hook(recordOf(batch, at), argument);
    // Most hooks are not asynchronous, and waiting costs more than they do.
    const result = isObject(answer) && 'then' in answer ? await Promise.resolve(answer) : answer;
    if (argument !== null) collect(batch, at, result);
  }
  return given(batch);
}

/** Finds the place of an index: mostly they come back as they were given, in order. */
function placesOf(indexes: readonly number[]): (index: unknown) => number | undefined {
  let all: Map<unknown, number> | undefined;
  let next = 0;
  return (index) => {
    if (indexes[next] === index) return next++;
    all ??= new Map(indexes.map((known, place) => [known, place]));
    const place = all.get(index);
    if (place !== undefined) next = place + 1;
    return place;
  };
}

/** Batch and bulk row hooks: all records at once, and any of them back, known by their index. */
async function runMany(hook: (...args: unknown[]) => unknown, inputText: string): Promise<string> {
  const batch = batchOf(inputText);
  const { indexes } = batch;
  const { argument } = batch.input;
  const places = placesOf(indexes);
  const result = await hook(
    indexes.map((_, place) => recordOf(batch, place)),
    argument,
  );
  if (result === undefined || result === null) return given(batch);
  if (!Array.isArray(result)) throw new TypeError('what was returned is no array of records');
  for (const record of result as readonly unknown[]) {
    const place = isObject(record) ? places(record['index']) : undefined;
    if (place === undefined) throw new TypeError('a returned record has no index, or one that was not given');
    collect(batch, place, record);
  }
  return given(batch);
}

/** As hooks get a column. Counted loops, here and below: an iterator costs as much as the hook. */
function columnOf({ indexes, rowIds }: Batch, cells: readonly Cell[]): unknown[] {
  // In their place: a new array that grows costs three times as much.
  const values = rowIds as unknown[]; // which nobody reads any more
  for (let place = 0; place < indexes.length; place++) {
    const cell = cells[place];
    const value = typeof cell === 'object' && cell !== null ? cell.value : cell;
    values[place] = { index: indexes[place], value, rowId: rowIds[place] };
  }
  return values;
}

async function runColumn(hook: (...args: unknown[]) => unknown, inputText: string): Promise<string> {
  const batch = batchOf(inputText);
  const cells = cellsOf(batch, 0);
  const places = placesOf(batch.indexes);
  const result = await hook(columnOf(batch, cells));
  if (result === undefined || result === null) return given(batch);
  if (!Array.isArray(result)) throw new TypeError('what was returned is no array');
  const { indexes } = batch;
  const [field = ''] = batch.input.fields;
  const { rows, values } = batch.texts[0] ?? { rows: [], values: [] };
  const most = batch.input.rowOutputLength;
  for (let at = 0; at < result.length; at++) {
    const item: unknown = result[at];
    if (item === undefined || item === null) continue;
    if (typeof item !== 'object') throw new TypeError('a returned value has no index, or one that was not given');
    const { index, value, info, selectOptions } = item as Fields; // of an object
    const place = indexes[at] === index ? at : places(index);
    if (place === undefined) throw new TypeError('a returned value has no index, or one that was not given');
    const cell = cells[place];
    // By far the most: a text for a text, which need no calls.
    if (typeof value === 'string' && typeof cell === 'string' && info === undefined && selectOptions === undefined) {
      if (value === cell) continue;
      if (value.length > most) throw new RangeError('one row gives back too much');
      rows[rows.length] = place;
      values[values.length] = value;
      continue;
    }
    batch.length = 0;
    give(batch, place, 0, -1, patchOf({ value, info, selectOptions }, cell, field));
  }
  return given(batch);
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
  cellsOfText,
  cellOf,
  handlerOf,
  plainRow,
  recordOf,
  textOf,
  infosOf,
  optionsOf,
  patchOf,
  give,
  given,
  collectCell,
  collect,
  placesOf,
  runRows,
  runMany,
  columnOf,
  runColumn,
  instanceOf,
  runStep,
  requestOf,
  responseOf,
  hear,
  saidOf,
  ask,
  failureOf,
  pieceOf,
  later,
  defineGlobals,
  packNumbers,
  packTexts,
  numbersOf,
];

/**
 * Evaluates to a function of `load`, `want`, `outside`, `pieceAt` and the bytes of `mark`, which gives what runs an entry with a hook and a JSON text.
 * That resolves to JSON text, of the answer or `{"threw": text}`; but for `ring`, which gives what a timer's `ring` does.
 */
export const inside = `(load, want, outside, pieceAt, bytes) => {
'use strict';
const { parse, stringify } = JSON;
const mark = new Int32Array(bytes);
mark[0] = -1;
const position = Symbol();
const between = '${between}';
const waiting = [];
const pieces = {};
const pieceNames = ${JSON.stringify(Object.keys(pieces))};
const timers = { ring: () => -1 };
const usual = { upper: String.prototype.toUpperCase, lower: String.prototype.toLowerCase };
const isObject = ${String(isObject)};
${parts.map(String).join('\n')}
const quiet = () => undefined;
globalThis.console = { log: quiet, info: quiet, warn: quiet, error: quiet, debug: quiet };
globalThis.fetch = ${String(fetch)};
defineGlobals();
const entries = { runRows, runMany, runColumn, runStep, hear };
const ring = () => {
  try {
    return timers.ring();
  } catch (thrown) {
    throw new Error(saidOf(thrown));
  }
};
return (entry, hook, input) =>
  entry === 'ring' ? ring() : entries[entry](hook, input).catch((thrown) => stringify({ threw: saidOf(thrown) }));
}`;
