/** What is wrong with a meaning beyond its form. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import { countryCodes } from './codes.ts';
import { unknownTokens } from './moment-parts.ts';
import { optionProblems } from './options.ts';

/** One sentence per mistake. */
export function meaningProblems(meaning: Meaning): readonly string[] {
  switch (meaning.is) {
    case 'date':
    case 'datetime':
    case 'time': {
      const formats = [meaning.displayFormat, meaning.outputFormat].flatMap((format) => format ?? []);
      const unknown = formats.flatMap(unknownTokens).map((token) => `the format ${token} is not known`);
      return [...unknown, ...localeProblems(meaning.locale)];
    }
    case 'select':
    case 'multi-select':
      return [...(meaning.options.length === 0 ? ['there are no options'] : []), ...optionProblems(meaning.options)];
    case 'number':
      return meaning.min !== undefined && meaning.max !== undefined && isAbove(meaning.min, meaning.max)
        ? ['min is above max']
        : [];
    case 'phone-number': {
      const { country, format = 'international' } = meaning;
      if (country === undefined) return format === 'international' ? [] : [`${format} numbers need a country`];
      return countryCodes['2-letter'].includes(country) ? [] : [`${JSON.stringify(country)} is no country of two letters`];
    }
    default:
      return [];
  }
}

function localeProblems(locale = 'en-US'): readonly string[] {
  try {
    Intl.getCanonicalLocales(locale);
    return [];
  } catch {
    return [`${JSON.stringify(locale)} is no locale`];
  }
}

/** Decimals with the point in one place compare as whole numbers. */
function isAbove(a: string, b: string): boolean {
  const scaled = (text: string): bigint => {
    const [whole = '', part = ''] = text.split('.');
    return BigInt(whole + part.padEnd(18, '0'));
  };
  return scaled(a) > scaled(b);
}
