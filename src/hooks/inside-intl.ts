/** Evaluated in the interpreter (see pieces.ts): `Intl` and the methods that follow a locale. Our other half does the work. */
import type { Tools } from './tools.ts';
import { compareOf, plainOrder, ranksOf, sortKeyOf } from './inside-order.ts';

declare const ask: Tools['ask'];
declare const stringify: Tools['stringify'];
/** The makers of formatters, as text: JSON for our other half. */
declare const makers: WeakMap<object, string>;
/** All options that there are. */
declare const optionNames: readonly string[];

type Make = new (locales?: unknown, options?: unknown) => object;
type Write = (given: unknown) => string | string[];

export function localesGiven(given: unknown): unknown {
  if (given === undefined || typeof given === 'string') return given;
  if (given === null) throw new TypeError('Cannot convert undefined or null to object');
  const locales: string[] = [];
  const list = Object(given) as ArrayLike<unknown>; // or it has no length
  // More are refused.
  for (let at = 0; at < list.length && at <= 10; at++) {
    const locale = list[at];
    if (typeof locale !== 'string' && (typeof locale !== 'object' || locale === null))
      throw new TypeError('Incorrect locale information provided');
    locales.push(`${locale as string}`);
  }
  return locales;
}

export function optionsGiven(given: unknown): unknown {
  if (given === undefined) return undefined;
  if (given === null) throw new TypeError('Cannot convert undefined or null to object');
  const options: Record<string, unknown> = {};
  for (let at = 0; at < optionNames.length; at++) {
    const name = optionNames[at] ?? '';
    const value = (given as Record<string, unknown>)[name]; // or it has none
    if (value === undefined) continue;
    const isPlain = value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
    options[name] = isPlain ? value : `${value as string}`;
  }
  return options;
}

/** `show`: what of a date where nothing is asked for. */
export function makerOf(name: string, locales: unknown, options: unknown, show?: string): string {
  return stringify(['intl', name, localesGiven(locales), optionsGiven(options), show]);
}

/** A number as our other half reads it: with the letter of its kind before it. */
export function numberText(given: unknown): string {
  const value = typeof given === 'object' && given !== null ? given.valueOf() : given;
  if (typeof value === 'bigint') return `n${value}`;
  if (typeof value === 'string') return `s${value}`;
  const number = Number(value);
  return Object.is(number, -0) ? 'd-0' : `d${number}`;
}

export function dateText(given: unknown): string {
  return `d${given === undefined ? Date.now() : Number(given)}`;
}

export function plainText(given: unknown): string {
  return `s${given as string}`;
}

export function listText(given: unknown): string[] {
  return [...(given as Iterable<unknown>)].map((item) => {
    if (typeof item !== 'string') throw new TypeError('Iterable yielded a value which is not a string');
    return item;
  });
}

/** A class of Intl. `bound`: the method that belongs to one object wherever it is taken; `methods`: how each argument of the others is written. */
export function formatterClass(name: string, bound: string, methods: Readonly<Record<string, readonly Write[]>>): Make {
  const Formatter = function (this: object, locales?: unknown, options?: unknown): unknown {
    if (new.target === undefined) {
      if (bound === '') throw new TypeError(`Constructor Intl.${name} requires 'new'`);
      return new (Formatter as unknown as Make)(locales, options); // it is one
    }
    const maker = makerOf(name, locales, options);
    ask(maker, ['new']);
    makers.set(this, maker);
    return undefined;
  };
  const call = (self: object, method: string, given: readonly unknown[]): unknown => {
    const maker = makers.get(self);
    if (maker === undefined) throw new TypeError(`Method Intl.${name}.prototype.${method} called on incompatible receiver`);
    return ask(maker, [method, ...(methods[method] ?? []).map((write, at) => write(given[at]))]);
  };
  const define = (on: object, key: string | symbol, what: PropertyDescriptor): void => {
    Object.defineProperty(on, key, { ...what, configurable: true });
  };
  for (const method of [...Object.keys(methods), 'resolvedOptions'])
    if (method !== bound)
      define(Formatter.prototype as object, method, {
        writable: true,
        value(this: object, ...given: unknown[]) {
          return call(this, method, given);
        },
      });
  if (bound !== '')
    define(Formatter.prototype as object, bound, {
      get(this: object) {
        const value = (...given: unknown[]): unknown => call(this, bound, given);
        define(this, bound, { value, writable: true });
        return value;
      },
    });
  define(Formatter.prototype as object, Symbol.toStringTag, { value: `Intl.${name}` });
  define(Formatter, 'name', { value: name });
  const supportedLocalesOf = (locales: unknown): unknown => ask(stringify(['locales', name, localesGiven(locales) ?? []]), []);
  define(Formatter, 'supportedLocalesOf', { value: supportedLocalesOf, writable: true });
  return Formatter as unknown as Make; // called with `new`
}

export function intlOf(): Record<string, unknown> {
  const numbers = { format: [numberText], formatToParts: [numberText] };
  const dates = { format: [dateText], formatToParts: [dateText] };
  const range = <T>(write: T) => ({ formatRange: [write, write], formatRangeToParts: [write, write] });
  const spans = { format: [numberText, plainText], formatToParts: [numberText, plainText] };
  return {
    NumberFormat: formatterClass('NumberFormat', 'format', { ...numbers, ...range(numberText) }),
    DateTimeFormat: formatterClass('DateTimeFormat', 'format', { ...dates, ...range(dateText) }),
    Collator: formatterClass('Collator', 'compare', { compare: [plainText, plainText] }),
    PluralRules: formatterClass('PluralRules', '', { select: [numberText] }),
    RelativeTimeFormat: formatterClass('RelativeTimeFormat', '', spans),
    ListFormat: formatterClass('ListFormat', '', { format: [listText], formatToParts: [listText] }),
    DisplayNames: formatterClass('DisplayNames', '', { of: [plainText] }),
    getCanonicalLocales: (locales: unknown) => ask(stringify(['locales', null, localesGiven(locales) ?? []]), []),
    supportedValuesOf: (key: unknown) => ask(stringify(['locales', String(key)]), []),
  };
}

/** Methods of dates, by what they show. */
export function dateMethods(): Record<string, unknown> {
  const method = (show: string) => (self: unknown, locales: unknown, options: unknown) => {
    const time = Date.prototype.getTime.call(self as Date); // or it throws
    return Number.isNaN(time) ? 'Invalid Date' : ask(makerOf('DateTimeFormat', locales, options, show), ['format', `d${time}`]);
  };
  return { toLocaleString: method('all'), toLocaleDateString: method('date'), toLocaleTimeString: method('time') };
}

/** Methods of texts. `upper` and `lower`: the language's own, for texts whose locale does not matter. */
export function textMethods(upper: () => string, lower: () => string): Record<string, unknown> {
  const textFrom = (self: unknown): string => {
    if (self === undefined || self === null) throw new TypeError('called on null or undefined');
    return `${self as string}`;
  };
  const inCase = (to: string, usual: () => string) => (self: unknown, locales: unknown) => {
    const text = textFrom(self);
    if (locales === undefined || locales === 'en' || locales === 'en-US' || locales === 'en-GB') return usual.call(text);
    return ask(stringify(['case', localesGiven(locales)]), [to, text]);
  };
  return {
    toLocaleUpperCase: inCase('upper', upper),
    toLocaleLowerCase: inCase('lower', lower),
  };
}

/** Takes its arguments as they come, unlike the others, and remembers the keys of texts: sorts ask for the same ones again and again. */
export function localeCompareOf(): (this: unknown, other: unknown, locales?: unknown, options?: unknown) => unknown {
  const ranks = ranksOf(plainOrder);
  const keys = new Map<string, string | null>();
  let held = 0;
  const keyOf = (text: string): string | null => {
    const known = keys.get(text);
    if (known !== undefined) return known;
    const key = sortKeyOf(ranks, text);
    if (text.length > 100) return key;
    // About as many bytes: a fifth of what a hook may take, and enough for a slice of a column.
    held += 120 + 3 * text.length;
    if (held > 24 * 2 ** 20) {
      keys.clear();
      held = 0;
    }
    keys.set(text, key);
    return key;
  };
  return function localeCompare(other, locales, options) {
    if (this === undefined || this === null) throw new TypeError('String.prototype.localeCompare called on null or undefined');
    const one = typeof this === 'string' ? this : `${this as string}`;
    const two = typeof other === 'string' ? other : `${other as string}`;
    if (options === undefined && (locales === undefined || locales === 'en' || locales === 'en-US')) {
      const first = keys.get(one) ?? keyOf(one);
      const second = first === null ? null : (keys.get(two) ?? keyOf(two));
      if (first !== null && second !== null) return first < second ? -1 : first > second ? 1 : 0;
      const order = compareOf(ranks, one, two);
      if (order !== undefined) return order;
    }
    return ask(makerOf('Collator', locales, options), ['compare', `s${one}`, `s${two}`]);
  };
}

/** Methods of numbers and lists. */
export function otherMethods(): Record<string, unknown> {
  const number = (valueOf: (this: unknown) => unknown) => (self: unknown, locales: unknown, options: unknown) =>
    ask(makerOf('NumberFormat', locales, options), ['format', numberText(valueOf.call(self))]);
  return {
    'number.toLocaleString': number(Number.prototype.valueOf),
    'bigint.toLocaleString': number(BigInt.prototype.valueOf),
    'array.toLocaleString': (self: unknown, locales: unknown, options: unknown) =>
      Array.from(self as ArrayLike<{ toLocaleString(...given: unknown[]): string } | null>, (item) =>
        item === null || item === undefined ? '' : item.toLocaleString(locales, options),
      ).join(','),
  };
}

const options = `localeMatcher numberingSystem style currency currencyDisplay currencySign unit unitDisplay notation compactDisplay
  useGrouping signDisplay roundingMode roundingPriority roundingIncrement trailingZeroDisplay minimumIntegerDigits minimumFractionDigits
  maximumFractionDigits minimumSignificantDigits maximumSignificantDigits calendar dayPeriod hour12 hourCycle timeZone weekday era year
  month day hour minute second fractionalSecondDigits timeZoneName formatMatcher dateStyle timeStyle usage sensitivity
  ignorePunctuation numeric caseFirst collation type fallback languageDisplay`;

const parts = [localesGiven, optionsGiven, makerOf, numberText, dateText, plainText, listText, formatterClass, intlOf];
const methods = [dateMethods, textMethods, localeCompareOf, otherMethods, ranksOf, sortKeyOf, compareOf];

export const intlPiece = `(tools) => {
'use strict';
const { ask, stringify, usual } = tools;
const makers = new WeakMap();
const optionNames = '${options.replace(/\s+/g, ' ')}'.split(' ');
const plainOrder = ${JSON.stringify(plainOrder)};
${[...parts, ...methods].map(String).join('\n')}
const found = { Intl: Object.defineProperty(intlOf(), Symbol.toStringTag, { value: 'Intl', configurable: true }) };
const { upper, lower } = usual;
const all = { date: dateMethods(), string: textMethods(upper, lower), '': otherMethods() };
for (const [kind, methods] of Object.entries(all))
  for (const [name, run] of Object.entries(methods)) {
    const own = name.split('.').at(-1);
    const method = { [own](...given) { return run(this, ...given) } }[own];
    found[kind === '' ? name : kind + '.' + name] = method;
  }
found['string.localeCompare'] = localeCompareOf();
return found;
}`;
