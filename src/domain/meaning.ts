/**
 * What the texts of a field mean beyond their type: `12 %` a number, `3/4/24` a day, `Germany` one of a list of options. Plain data;
 * docs/validation.md explains each, src/rules/meanings turns them into SQL.
 */
import type { LogicalType } from './types.ts';

/** How a number is written. Absent = digits alone. */
export interface NumberFormat {
  /** Digits after the point; absent = those that there are. */
  readonly mantissa?: number;
  readonly trimMantissa?: boolean;
  /** No digits after the point where all of them are zeros. */
  readonly optionalMantissa?: boolean;
  /** Digits before the point at least, with zeros in front. */
  readonly characteristic?: number;
  /** No zero alone in front of the point. */
  readonly optionalCharacteristic?: boolean;
  /** `1234567` is `1m`; `totalLength` digits in all say how exactly, and imply it. */
  readonly average?: boolean;
  /** False: `950` stays, and is not `1k`. */
  readonly lowPrecision?: boolean;
  readonly forceAverage?: 'thousand' | 'million' | 'billion' | 'trillion';
  readonly totalLength?: number;
  readonly thousandSeparated?: boolean;
  /** `percent` writes a hundred times the number and a `%`, `ordinal` `1st`, `byte` `1.5KiB`, `time` seconds as `1:01:01`. */
  readonly output?: 'number' | 'percent' | 'currency' | 'ordinal' | 'byte' | 'time';
  /** Of bytes: thousands as `KB`, 1024 as `KiB` or as `KB`. */
  readonly base?: 'decimal' | 'binary' | 'general';
  /** `1.5e+3` */
  readonly exponential?: boolean;
  readonly currencySymbol?: string;
  /** `infix`: in the place of the point. */
  readonly currencyPosition?: 'prefix' | 'postfix' | 'infix';
  /** Between number and symbol or `%`, or between the number and the unit of its average. */
  readonly spaceSeparated?: boolean;
  readonly spaceSeparatedCurrency?: boolean;
  /** `apart`: a minus and a space in front of the symbol. */
  readonly negative?: 'sign' | 'parenthesis' | 'apart';
  readonly forceSign?: boolean;
  /** `%` stands in front. */
  readonly prefixSymbol?: boolean;
  readonly prefix?: string;
  readonly postfix?: string;
}

export interface Option {
  readonly label: string;
  readonly value: string;
  readonly alternateMatches?: readonly string[];
}

/** `format` = tokens as Luxon has them (`dd.MM.yyyy`, `D`); `locale` = a BCP 47 tag, which also decides ties between day and month. */
interface Moment {
  readonly locale?: string;
  readonly displayFormat?: string;
  /** Absent = ISO 8601. */
  readonly outputFormat?: string;
}

export type Meaning =
  | {
      readonly is: 'number';
      /** Texts that may stand beside the digits, besides `$`. */
      readonly symbols?: readonly string[];
      /** Digits after the point, negative = before it; the value is the rounded one. */
      readonly round?: number;
      /** Decimal texts, both included. */
      readonly min?: string;
      readonly max?: string;
      readonly display?: NumberFormat;
      /** Makes a text of the result. */
      readonly output?: NumberFormat;
    }
  | (Moment & {
      readonly is: 'date';
      /** Which of two small numbers comes first; absent = as the whole column says. */
      readonly order?: 'day' | 'month';
      /** Only what stands as it is shown, or as ISO 8601 has it. */
      readonly asWritten?: boolean;
    })
  | (Moment & { readonly is: 'datetime' | 'time'; readonly withSeconds?: boolean })
  | {
      readonly is: 'select';
      readonly options: readonly Option[];
      readonly allowCustom?: boolean;
      readonly exactMatchOnly?: boolean;
    }
  | {
      readonly is: 'multi-select';
      readonly options: readonly Option[];
      readonly delimiter?: string;
      readonly trimValues?: boolean;
    }
  | {
      readonly is: 'phone-number';
      /** Two letters; needed for all but international numbers. */
      readonly country?: string;
      readonly format?: 'international' | 'national' | 'both';
      /** The result is what is shown. */
      readonly outputFormatted?: boolean;
    }
  | { readonly is: 'checkbox' | 'email' | 'us-state-territory' }
  | { readonly is: 'country'; readonly format?: '2-letter' | '3-letter' }
  | { readonly is: 'ssn'; readonly outputDash?: boolean }
  | { readonly is: 'domain'; readonly allowSubdomains?: boolean }
  | { readonly is: 'url'; readonly acceptedProtocols?: readonly string[]; readonly acceptedDomains?: readonly string[] }
  | { readonly is: 'us-zip-code'; readonly format?: '5-digit' | '9-digit'; readonly outputDash?: boolean }
  | { readonly is: 'uuid'; readonly version?: number };

/** The type of the results: what the field has where nothing else is said. */
export function meaningType(meaning: Meaning): LogicalType {
  switch (meaning.is) {
    case 'number':
      return meaning.output === undefined ? { kind: 'decimal' } : { kind: 'text' };
    case 'date':
    case 'time':
      return meaning.outputFormat === undefined ? { kind: meaning.is } : { kind: 'text' };
    case 'datetime':
      return meaning.outputFormat === undefined ? { kind: 'timestamp', zone: false } : { kind: 'text' };
    case 'checkbox':
      return { kind: 'boolean' };
    case 'multi-select':
      return { kind: 'json' };
    default:
      return { kind: 'text' };
  }
}

const words: Readonly<Record<Meaning['is'], string>> = {
  number: 'a number',
  date: 'a date',
  datetime: 'a date with a time',
  time: 'a time',
  select: 'one of the options',
  'multi-select': 'a list of the options',
  checkbox: 'a yes or no',
  email: 'an email address',
  country: 'a country code',
  ssn: 'a social security number',
  domain: 'a domain name',
  url: 'an absolute URL',
  'us-state-territory': 'a US state or territory',
  'us-zip-code': 'a US zip code',
  uuid: 'a UUID',
  'phone-number': 'a phone number',
};

/** `a number from 1 to 5` */
export function meaningWords(meaning: Meaning): string {
  const word = words[meaning.is];
  if (meaning.is !== 'number') return word;
  const { min, max } = meaning;
  return `${word}${min === undefined ? '' : ` from ${min}`}${max === undefined ? '' : ` to ${max}`}`;
}
