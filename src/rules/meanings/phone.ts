/** Phone numbers by the numbering plans of all countries, strictly. Loaded in a thread only: the plans are large. Pure. */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import type { Look, PhoneMeaning } from './looked.ts';

/** A country code may stand in brackets, and all of it behind the scheme of a link. */
const plainly = (text: string): string => text.replace(/^\s*tel:/i, '').replace(/^\s*\(\s*(\+\d{1,3})\s*\)/, '$1 ');

/** Undefined = none that could be called. An international one begins with `+`. */
export function phoneOf(
  written: string,
  { country, format = 'international', outputFormatted = false }: PhoneMeaning,
): Look | undefined {
  const text = plainly(written);
  const home = country as CountryCode | undefined; // checked with the schema
  const own = format === 'international' || home === undefined ? {} : { defaultCountry: home };
  const phone = parsePhoneNumberFromString(text, { ...own, extract: false });
  if (!phone?.isValid() || (format === 'international' && !text.trimStart().startsWith('+'))) return undefined;
  if (format !== 'national') {
    const shown = phone.formatInternational();
    return { result: outputFormatted ? shown : phone.number, shown };
  }
  if (phone.country !== home) return undefined;
  const shown = phone.formatNational();
  return { result: outputFormatted ? shown : phone.nationalNumber, shown };
}
