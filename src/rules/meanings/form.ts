/** Meanings as people write them in a schema file: a bare word, or an object with its options. */
import { z } from 'zod';
import type { Meaning } from '../../domain/meaning.ts';
import { numberPresets } from './number-presets.ts';

/** Beyond the numbers that are read there is nothing to be told apart. */
const most = 1e16;
const digitsOf = (number: number): string =>
  Math.max(-most, Math.min(most, number)).toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 18 });

const decimal = z.union([z.string().regex(/^-?\d{1,20}(\.\d{1,18})?$/, 'a decimal number'), z.number().transform(digitsOf)]);
const digits = z.int().min(0).max(18);
const moment = { locale: z.string(), displayFormat: z.string().min(1), outputFormat: z.string().min(1) };
const words = z.array(z.string().min(1)).min(1);

const numberFormat = z
  .strictObject({
    mantissa: digits,
    trimMantissa: z.boolean(),
    optionalMantissa: z.boolean(),
    characteristic: digits,
    average: z.boolean(),
    forceAverage: z.enum(['thousand', 'million', 'billion', 'trillion']),
    totalLength: digits,
    spaceSeparatedCurrency: z.boolean(),
    thousandSeparated: z.boolean(),
    output: z.enum(['number', 'percent', 'currency', 'ordinal', 'byte', 'time']),
    base: z.enum(['decimal', 'binary', 'general']),
    exponential: z.boolean(),
    optionalCharacteristic: z.boolean(),
    lowPrecision: z.boolean(),
    prefixSymbol: z.boolean(),
    currencySymbol: z.string(),
    currencyPosition: z.enum(['prefix', 'postfix', 'infix']),
    spaceSeparated: z.boolean(),
    negative: z.enum(['sign', 'parenthesis', 'apart']),
    forceSign: z.boolean(),
    prefix: z.string(),
    postfix: z.string(),
  })
  .partial();

const options = z
  .array(z.strictObject({ label: z.string(), value: z.string(), alternateMatches: z.array(z.string()).optional() }))
  .max(10_000);

export const meaningForms = [
  z.strictObject({
    is: z.literal('number'),
    preset: z.enum(Object.keys(numberPresets)).optional(),
    round: z.int().min(-15).max(18).optional(),
    min: decimal.optional(),
    max: decimal.optional(),
    display: numberFormat.optional(),
    output: numberFormat.optional(),
    symbols: words.optional(),
  }),
  z.strictObject({
    is: z.literal('date'),
    ...z.object(moment).partial().shape,
    order: z.enum(['day', 'month']).optional(),
    asWritten: z.boolean().optional(),
  }),
  z.strictObject({ is: z.literal('datetime'), ...z.object(moment).partial().shape, withSeconds: z.boolean().optional() }),
  z.strictObject({ is: z.literal('time'), ...z.object(moment).partial().shape, withSeconds: z.boolean().optional() }),
  z.strictObject({
    is: z.literal('select'),
    options,
    allowCustom: z.boolean().optional(),
    exactMatchOnly: z.boolean().optional(),
  }),
  z.strictObject({
    is: z.literal('multi-select'),
    options,
    delimiter: z.string().min(1).optional(),
    trimValues: z.boolean().optional(),
  }),
  z.strictObject({ is: z.literal('checkbox') }),
  z.strictObject({ is: z.literal('email') }),
  z.strictObject({ is: z.literal('us-state-territory') }),
  z.strictObject({ is: z.literal('country'), format: z.enum(['2-letter', '3-letter']).optional() }),
  z.strictObject({ is: z.literal('ssn'), outputDash: z.boolean().optional() }),
  z.strictObject({ is: z.literal('domain'), allowSubdomains: z.boolean().optional() }),
  z.strictObject({ is: z.literal('url'), acceptedProtocols: words.optional(), acceptedDomains: words.optional() }),
  z.strictObject({
    is: z.literal('us-zip-code'),
    format: z.enum(['5-digit', '9-digit']).optional(),
    outputDash: z.boolean().optional(),
  }),
  z.strictObject({
    is: z.literal('phone-number'),
    country: z.string().optional(),
    format: z.enum(['international', 'national', 'both']).optional(),
    outputFormatted: z.boolean().optional(),
  }),
  z.strictObject({ is: z.literal('uuid'), version: z.int().min(1).max(8).optional() }),
] as const;

const form = z.discriminatedUnion('is', meaningForms);

/** Options beside a preset win over it. */
function plain(given: z.output<typeof form>): Meaning {
  const { preset, ...rest } = 'preset' in given ? given : { ...given, preset: undefined };
  return defined({ ...(preset === undefined ? {} : numberPresets[preset]), ...defined(rest) }) as Meaning; // the same keys, fewer
}

/** Without keys that were left out, at any depth. */
const defined = (given: object): object => JSON.parse(JSON.stringify(given)) as object; // plain data

export const meaningForm = z
  .preprocess((given) => (typeof given === 'string' ? { is: given } : given), form)
  .transform((given): Meaning => plain(given));
