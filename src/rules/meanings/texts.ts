/** Meanings whose texts have one form. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { countryCodes, statesAndTerritories } from './codes.ts';
import type { Meant } from './meant.ts';

const matches = (text: string, pattern: string): string => `regexp_full_match(${text}, ${quoteText(pattern)})`;
const when = (test: string, result: string): Meant => ({ result: `case when ${test} then ${result} end` });
/** One of some codes. Not `in`: DuckDB makes a join of each longer list, and dozens of such columns are more than fits in memory. */
const isOneOf = (text: string, codes: readonly string[]): string => matches(text, codes.join('|'));

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** As HTML has it, and a host that is a name with a point in it. */
const email = String.raw`[A-Za-z0-9.!#$%&'*+/=?^_\x{60}{|}~-]+@${label}(?:\.${label})+`;
const address = String.raw`(?:\d{1,3}\.){3}\d{1,3}`;
const part = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const topLevel = '(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59})';

export function emailSql(text: string): Meant {
  return when(`${matches(text, email)} and not ${matches(`split_part(${text}, '@', 2)`, address)}`, text);
}

export function domainSql({ allowSubdomains = true }: Extract<Meaning, { is: 'domain' }>, text: string): Meant {
  const form = allowSubdomains ? String.raw`(?:${part}\.)+${topLevel}` : String.raw`${part}\.${topLevel}`;
  return when(`${matches(text, form)} and length(${text}) <= 253`, text);
}

export function countrySql({ format = '2-letter' }: Extract<Meaning, { is: 'country' }>, text: string): Meant {
  return when(isOneOf(`upper(${text})`, countryCodes[format]), `upper(${text})`);
}

export function stateSql(text: string): Meant {
  const code = String.raw`regexp_replace(upper(${text}), '^US-', '')`;
  return when(isOneOf(code, statesAndTerritories), code);
}

export function ssnSql({ outputDash = false }: Extract<Meaning, { is: 'ssn' }>, text: string): Meant {
  const digits = `replace(${text}, '-', '')`;
  const dashed = `left(${digits}, 3) || '-' || substr(${digits}, 4, 2) || '-' || right(${digits}, 4)`;
  return when(matches(text, String.raw`\d{9}|\d{3}-\d{2}-\d{4}`), outputDash ? dashed : digits);
}

export function zipSql({ format = '5-digit', outputDash = false }: Extract<Meaning, { is: 'us-zip-code' }>, text: string): Meant {
  if (format === '9-digit') {
    const digits = `replace(${text}, '-', '')`;
    const written = outputDash ? `left(${digits}, 5) || '-' || right(${digits}, 4)` : digits;
    return when(matches(text, String.raw`\d{9}|\d{5}-\d{4}`), written);
  }
  return {
    result: `case when ${matches(text, String.raw`\d{1,5}`)} then lpad(${text}, 5, '0') when ${matches(text, String.raw`\d{9}|\d{5}-\d{4}`)} then left(${text}, 5) end`,
  };
}

export function uuidSql({ version }: Extract<Meaning, { is: 'uuid' }>, text: string): Meant {
  const kind = version === undefined ? '[0-9a-fA-F]' : version.toString(16);
  const form = `[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-${kind}[0-9a-fA-F]{3}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`;
  return when(`${matches(text, form)} or ${text} = '00000000-0000-0000-0000-000000000000'`, text);
}

const off = ['', '0', 'off', 'n', 'no', 'false', 'disabled'];

/** Every text means something, and so does none at all. */
export const checkboxSql = (text: string): Meant => ({
  result: `case when ${isOneOf(`lower(coalesce(${text}, ''))`, off)} then 'false' else 'true' end`,
});
