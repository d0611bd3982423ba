/** Evaluated in the interpreter (see inside.ts): a cell as a hook sees it, and what the hook has made of it. */
import type { Cell, Change, Info, SelectOption } from './cells.ts';

declare const parse: (text: string) => unknown;
declare const stringify: (value: unknown) => string;

export type Fields = Record<string | symbol, unknown>;

export function cellOf(raw: Cell | undefined): unknown {
  if (raw === undefined || raw === null || typeof raw === 'string') return { value: raw ?? null, resultValue: raw ?? null };
  // Hooks may change what they get, and what they changed is found by comparing.
  return parse(stringify(raw));
}

/** What a hook left as a value, as text: numbers and booleans are written out. */
export function textOf(value: unknown, field: string): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw new TypeError(`the value of ${field} is neither text nor number, boolean or null`);
}

export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

export function infosOf(given: unknown): Info[] {
  if (!Array.isArray(given)) throw new TypeError('info is no array');
  return given.map((item: unknown) => {
    if (!isObject(item) || typeof item['message'] !== 'string') throw new TypeError('an info has no message');
    const level = item['level'] ?? 'error';
    if (level !== 'error' && level !== 'warning' && level !== 'info')
      throw new TypeError('the level of an info is not error, warning or info');
    return { message: item['message'], level };
  });
}

export function optionsOf(given: unknown, field: string): SelectOption[] {
  if (!Array.isArray(given)) throw new TypeError('selectOptions is no array');
  return given.map((item: unknown) => {
    if (!isObject(item)) throw new TypeError('a select option is no object');
    const option = { label: textOf(item['label'] ?? '', field) ?? '', value: textOf(item['value'] ?? '', field) ?? '' };
    const others = item['alternateMatches'];
    if (others === undefined || others === null) return option;
    if (!Array.isArray(others)) throw new TypeError('the alternateMatches of a select option are no array');
    return { ...option, alternateMatches: others.map((other: unknown) => textOf(other, field) ?? '') };
  });
}

/** What differs from `before`; where that is unknown, all that was given. */
export function patchOf(
  after: Fields,
  before: Cell | undefined,
  field: string,
): Omit<Change, 'row' | 'field' | 'part'> | string | undefined {
  const { value, info, selectOptions } = after;
  if (
    typeof value === 'string' &&
    info === undefined &&
    selectOptions === undefined &&
    (before === undefined || typeof before === 'string')
  )
    return value === before ? undefined : value;
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
