/** Locales, by Node's own `Intl`. What comes in is judged by its shape and size here, and by its meaning there. Pure. */
import type { Call, Made } from './call.ts';

/** Of the machine that we happen to run on nothing shows: neither its language nor its zone. */
const ownLocale = 'en-US';
const ownZone = 'UTC';
const mostLocales = 10;
const mostOptions = 60;
/** Of a number as text: to write one takes more than linear time. */
const longestNumber = 1000;
const longestText = 65_536;

interface Class {
  new (locales: readonly string[], options: never): object;
  supportedLocalesOf(locales: readonly string[]): string[];
}

const classes: Readonly<Record<string, readonly [Class, ...methods: readonly string[]]>> = {
  NumberFormat: [Intl.NumberFormat, 'format', 'formatToParts', 'formatRange', 'formatRangeToParts', 'resolvedOptions'],
  DateTimeFormat: [Intl.DateTimeFormat, 'format', 'formatToParts', 'formatRange', 'formatRangeToParts', 'resolvedOptions'],
  Collator: [Intl.Collator, 'compare', 'resolvedOptions'],
  PluralRules: [Intl.PluralRules, 'select', 'resolvedOptions'],
  RelativeTimeFormat: [Intl.RelativeTimeFormat, 'format', 'formatToParts', 'resolvedOptions'],
  ListFormat: [Intl.ListFormat, 'format', 'formatToParts', 'resolvedOptions'],
  DisplayNames: [Intl.DisplayNames, 'of', 'resolvedOptions'],
};

type Options = Readonly<Record<string, string | number | boolean | null>>;

/** `[class, locales, options, defaults]`; calls are `[method, ...arguments]`, each argument with the letter of its kind before it. */
export function formatterOf([name, locales, options, defaults]: readonly unknown[]): Made {
  const [Class, ...methods] = classOf(name);
  const given = optionsFrom(options);
  const own = name === 'DateTimeFormat' ? { ...dateOptions(given, defaults), timeZone: given['timeZone'] ?? ownZone } : given;
  const formatter = new Class(localesFrom(locales), own as never); // Intl itself judges them
  return ([method, ...args]) => {
    if (method === 'new') return null;
    if (typeof method !== 'string' || !methods.includes(method)) throw new TypeError('there is no such method');
    const run: unknown = Reflect.get(formatter, method);
    return (run as (...args: unknown[]) => unknown).apply(formatter, args.map(argumentOf)); // methods of Intl, listed above
  };
}

/** `[class, locales]` gives those that are supported, `[null, locales]` those as they are written; `[key]` the values of a key. */
export function localesAnswer([name, locales]: readonly unknown[]): Made {
  if (locales === undefined) return () => Intl.supportedValuesOf(String(name) as 'unit'); // Intl itself judges it
  const wanted = localesFrom(locales, []);
  return () => (name === null ? Intl.getCanonicalLocales([...wanted]) : classOf(name)[0].supportedLocalesOf(wanted));
}

export function caseOf([locales]: readonly unknown[]): Made {
  const wanted = [...localesFrom(locales)];
  return ([to, text]) => {
    const given = textFrom(text, longestText);
    return to === 'upper' ? given.toLocaleUpperCase(wanted) : given.toLocaleLowerCase(wanted);
  };
}

function classOf(name: unknown): readonly [Class, ...methods: readonly string[]] {
  const found = typeof name === 'string' && Object.hasOwn(classes, name) ? classes[name] : undefined;
  if (!found) throw new TypeError('there is no such class');
  return found;
}

function localesFrom(given: unknown, none: readonly string[] = [ownLocale]): readonly string[] {
  const list: unknown = given ?? [];
  const wanted: readonly unknown[] = Array.isArray(list) ? list : [list];
  if (wanted.length > mostLocales) throw new RangeError('too many locales');
  const texts = wanted.map((locale) => textFrom(locale, 100));
  return texts.length === 0 ? none : texts;
}

/** Options of Intl are flat: nothing in them is an object. */
function optionsFrom(given: unknown): Options {
  const entries = Object.entries(given ?? {}).map(([name, value]: [string, unknown]) => {
    if (value !== null && typeof value !== 'boolean' && typeof value !== 'number') return [name, textFrom(value, 100)];
    return [name, value];
  });
  if (entries.length > mostOptions) throw new RangeError('too many options');
  return Object.fromEntries(entries) as Options; // of what was looked at just now
}

/** What the methods of `Date` show where nothing is asked for, as the language defines it. */
function dateOptions(given: Options, show: unknown): Options {
  if (show !== 'date' && show !== 'time' && show !== 'all') return given;
  const has = (...names: readonly string[]): boolean => names.some((name) => name in given);
  if (has('dateStyle', 'timeStyle')) {
    if (show === 'date' && has('timeStyle')) throw new TypeError('Invalid option : timeStyle');
    if (show === 'time' && has('dateStyle')) throw new TypeError('Invalid option : dateStyle');
    return given;
  }
  if (show !== 'time' && has('weekday', 'year', 'month', 'day')) return given;
  if (show !== 'date' && has('dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits')) return given;
  const date = { year: 'numeric', month: 'numeric', day: 'numeric' };
  const time = { hour: 'numeric', minute: 'numeric', second: 'numeric' };
  return { ...given, ...(show !== 'time' && date), ...(show !== 'date' && time) };
}

/** `d` a number, `n` a whole one of any length, `s` a text, `u` nothing; a list is one of texts. */
function argumentOf(given: Call[number]): unknown {
  if (typeof given !== 'string') return given.map((text) => textFrom(text, longestText));
  const text = given.slice(1);
  if (given.startsWith('u')) return undefined;
  if (given.startsWith('s')) return textFrom(text, longestText);
  const digits = textFrom(text, longestNumber);
  return given.startsWith('n') ? BigInt(digits) : Number(digits);
}

function textFrom(given: unknown, longest: number): string {
  if (typeof given !== 'string') throw new TypeError('Incorrect locale information provided');
  if (given.length > longest) throw new RangeError(`a text has more than ${longest} characters`);
  return given;
}
