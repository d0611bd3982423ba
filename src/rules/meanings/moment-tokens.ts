/** The tokens of formats of days and times as Luxon has them: https://moment.github.io/luxon/#/formatting?id=table-of-tokens. Facts. */
import type { Unit } from './moment-part.ts';

type Options = Intl.DateTimeFormatOptions;

const minutes = { hour: 'numeric', minute: 'numeric' } as const;
const seconds = { ...minutes, second: 'numeric' } as const;
const h23 = { hourCycle: 'h23' } as const;
/** UTC is UTC in both, but some languages put it in brackets in one of them. */
const short = { timeZoneName: 'short' } as const;
const long = { timeZoneName: 'long' } as const;
const days = (month: 'numeric' | 'short' | 'long'): Options => ({ year: 'numeric', month, day: 'numeric' });
const huge: Options = { ...days('long'), weekday: 'long' };

/** What a locale decides. */
export const localised: Readonly<Record<string, Options>> = {
  D: days('numeric'),
  DD: days('short'),
  DDD: days('long'),
  DDDD: huge,
  t: minutes,
  tt: seconds,
  ttt: { ...seconds, ...short },
  tttt: { ...seconds, ...long },
  T: { ...minutes, ...h23 },
  TT: { ...seconds, ...h23 },
  TTT: { ...seconds, ...h23, ...short },
  TTTT: { ...seconds, ...h23, ...long },
  f: { ...days('numeric'), ...minutes },
  ff: { ...days('short'), ...minutes },
  fff: { ...days('long'), ...minutes, ...short },
  ffff: { ...huge, ...minutes, ...long },
  F: { ...days('numeric'), ...seconds },
  FF: { ...days('short'), ...seconds },
  FFF: { ...days('long'), ...seconds, ...short },
  FFFF: { ...huge, ...seconds, ...long },
};

/** With the digits that are written at least. Luxon only reads `yyyyy`; shown it is `yyyy`, since a field is written as it is read. */
export const numbers: Readonly<Record<string, readonly [Unit, number]>> = {
  y: ['year', 1],
  yy: ['shortYear', 2],
  yyyy: ['year', 4],
  yyyyy: ['year', 4],
  yyyyyy: ['year', 6],
  M: ['month', 1],
  MM: ['month', 2],
  L: ['month', 1],
  LL: ['month', 2],
  d: ['day', 1],
  dd: ['day', 2],
  H: ['hour', 1],
  HH: ['hour', 2],
  h: ['hour12', 1],
  hh: ['hour12', 2],
  m: ['minute', 1],
  mm: ['minute', 2],
  s: ['second', 1],
  ss: ['second', 2],
  S: ['milli', 1],
  SSS: ['milli', 3],
  u: ['fraction', 3],
  uu: ['fraction', 2],
  uuu: ['fraction', 1],
  kk: ['shortWeekYear', 2],
  kkkk: ['weekYear', 4],
  W: ['week', 1],
  WW: ['week', 2],
  E: ['weekday', 1],
  c: ['weekday', 1],
  o: ['ordinal', 1],
  ooo: ['ordinal', 3],
  X: ['epoch', 1],
  x: ['epochMilli', 1],
};

/** Beside what says the day. `first` = the day of the week that this locale begins with, from Monday on 1; the day in the middle of a week says its year. */
const middle = (first: number): string => `(cast(% as DATE) + 3 - cast(mod(isodow(%) + 7 - ${first}, 7) as INTEGER))`;
export const counted: Readonly<Record<string, (first: number) => string>> = {
  q: () => 'quarter(%)',
  qq: () => `lpad(cast(quarter(%) as VARCHAR), 2, '0')`,
  n: (first) => `(dayofyear(${middle(first)}) + 6) // 7`,
  nn: (first) => `lpad(cast((dayofyear(${middle(first)}) + 6) // 7 as VARCHAR), 2, '0')`,
  ii: (first) => `right(cast(year(${middle(first)}) as VARCHAR), 2)`,
  iiii: (first) => `lpad(cast(year(${middle(first)}) as VARCHAR), 4, '0')`,
};

export const zones: Readonly<Record<string, string>> = {
  Z: '+0',
  ZZ: '+00:00',
  ZZZ: '+0000',
  ZZZZ: 'UTC',
  ZZZZZ: 'UTC',
  z: 'UTC',
};

export const eras: Readonly<Record<string, Options>> = {
  G: { era: 'short' },
  GG: { era: 'long' },
  GGGGG: { era: 'narrow' },
};

/** Names beside a day, and alone: languages bend them. */
const beside = { day: 'numeric' } as const;
export const months: Readonly<Record<string, Options>> = {
  MMM: { month: 'short', ...beside },
  MMMM: { month: 'long', ...beside },
  MMMMM: { month: 'narrow', ...beside },
  LLL: { month: 'short' },
  LLLL: { month: 'long' },
  LLLLL: { month: 'narrow' },
};
export const weekdays: Readonly<Record<string, Options>> = {
  EEE: { weekday: 'short', month: 'long', ...beside },
  EEEE: { weekday: 'long', month: 'long', ...beside },
  EEEEE: { weekday: 'narrow', month: 'long', ...beside },
  ccc: { weekday: 'short' },
  cccc: { weekday: 'long' },
  ccccc: { weekday: 'narrow' },
};
