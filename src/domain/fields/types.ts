/** Types of fields as meanings of a schema file. Pure. */
import { own } from '../own.ts';
import type { Field } from './forms.ts';

type Options = Readonly<Record<string, unknown>>;

/** Options of each type that mean the same to us under the same name. */
const plain: Readonly<Record<string, readonly string[]>> = {
  date: ['locale', 'displayFormat', 'outputFormat', 'autofix'],
  datetime: ['locale', 'displayFormat', 'outputFormat', 'withSeconds'],
  time: ['locale', 'displayFormat', 'outputFormat', 'withSeconds'],
  select: ['allowCustom', 'exactMatchOnly'],
  'multi-select': ['delimiter', 'trimValues'],
  checkbox: [],
  email: [],
  country: ['format'],
  ssn: ['outputDash'],
  domain: ['allowSubdomains'],
  url: ['acceptedProtocols', 'acceptedDomains'],
  'us-state-territory': [],
  'us-zip-code': ['format', 'outputDash'],
  uuid: ['version'],
  'phone-number': ['country', 'format', 'outputFormatted'],
};

const formats = [
  'mantissa',
  'trimMantissa',
  'optionalMantissa',
  'characteristic',
  'average',
  'forceAverage',
  'totalLength',
  'spaceSeparatedCurrency',
  'thousandSeparated',
  'output',
  'base',
  'exponential',
  'optionalCharacteristic',
  'lowPrecision',
  'prefixSymbol',
  'currencySymbol',
  'currencyPosition',
  'spaceSeparated',
  'negative',
  'forceSign',
  'prefix',
  'postfix',
];

export interface Meant {
  /** Absent = any text. */
  readonly means?: Options;
  readonly problems: readonly string[];
}

export const typeOf = ({ type }: Pick<Field, 'type'>): string => (Array.isArray(type) ? type[0] : (type ?? 'string'));

export function meaningOf({ type, selectOptions }: Pick<Field, 'type' | 'selectOptions'>): Meant {
  const [name, given = {}] = Array.isArray(type) ? type : [type ?? 'string'];
  if (name === 'string') return { problems: typeof given === 'string' ? ['string takes no options'] : unknown(given, [], name) };
  if (name === 'number') return numberOf(given);
  const known = own(plain, name);
  if (!known) return { problems: [`${JSON.stringify(name)} is not a type that this server knows`] };
  if (typeof given === 'string') return { problems: [`${name} takes an object of options`] };
  const { autofix: _always, ...options } = given;
  const listed = name === 'select' || name === 'multi-select';
  const missing = listed && (selectOptions ?? []).length === 0 ? ['selectOptions are needed'] : [];
  return {
    means: { is: name, ...present(options), ...(listed && { options: selectOptions ?? [] }) },
    problems: [
      ...unknown(given, known, name),
      ...missing,
      ...(name === 'phone-number' ? homeless(given) : []),
      ...unfixable(given),
    ],
  };
}

const unfixable = ({ autofix }: Options): readonly string[] =>
  autofix == null || typeof autofix === 'boolean' ? [] : ['autofix is true or false'];

/** Numbers without a `+` are those of some country. */
function homeless({ country, format = 'international' }: Options): readonly string[] {
  return country === undefined && format !== 'international' ? [`${String(format)} numbers need a country`] : [];
}

function numberOf(given: string | Options): Meant {
  if (typeof given === 'string') return { means: { is: 'number', preset: given }, problems: [] };
  const { preset, round, min, max, displayFormat, outputFormat } = given;
  const [display, output] = [formatOf(displayFormat), formatOf(outputFormat)];
  const means = present({ is: 'number', preset, round, min, max, display: display.format, output: output.format });
  const own = unknown(given, ['preset', 'round', 'min', 'max', 'displayFormat', 'outputFormat'], 'number');
  return { means, problems: [...own, ...display.problems, ...output.problems] };
}

/** A preset's name is only for reading and showing. */
function formatOf(given: unknown): { readonly format?: Options; readonly problems: readonly string[] } {
  if (given === undefined || given === null) return { problems: [] };
  if (typeof given !== 'object') return { problems: ['a number format is an object'] };
  const format = given as Options; // an object of JSON
  return { format, problems: unknown(format, formats, 'a number format') };
}

const unknown = (given: Options, known: readonly string[], what: string): readonly string[] =>
  Object.keys(given).flatMap((key) => (known.includes(key) ? [] : [`${JSON.stringify(key)} is not an option of ${what}`]));

const present = (given: Options): Options =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
