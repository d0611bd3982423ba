/** What stands around the digits where a field shows numbers so: its symbols, prefix, postfix and ends of ordinals. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { named } from './meant.ts';
import { bytesAgain, secondsAgain } from './number-forms.ts';

/** What could be a part of the number is left to it. */
const isApart = (text: string): boolean => !/^[eE]?[-+().,\d\s]*$/.test(text);

const literally = (text: string): string =>
  text.trim().replaceAll(/[^A-Za-z0-9]/gu, (char) => `\\x{${(char.codePointAt(0) ?? 0).toString(16)}}`);

/** The text as any field would have it: with `$` for its symbols, and nothing else around; bytes and times as digits. Itself where the field shows nothing there. */
export function withoutAround({ symbols = [], display = {} }: Extract<Meaning, { is: 'number' }>, text: string): string {
  const { output, currencySymbol = '$', currencyPosition, prefix = '', postfix = '', prefixSymbol } = display;
  const before = isApart(prefix) ? String.raw`(?:${literally(prefix)}\s*)?` : '';
  const after = isApart(postfix) ? String.raw`(?:\s*${literally(postfix)})?` : '';
  const ordinal = output === 'ordinal' ? String.raw`(?:\s?(?i:st|nd|rd|th))?` : '';
  const inside = before + ordinal + after === '' ? text : replaced(text, `^${before}(.*?)${ordinal}${after}$`, String.raw`\1`);
  const own = [...symbols, ...(output === 'currency' ? [currencySymbol] : [])].map((symbol) => symbol.trim());
  // The longest first: it may have another one in it.
  const plain = [...new Set(own)]
    .filter((symbol) => symbol !== '$' && isApart(symbol))
    .toSorted((a, b) => b.length - a.length)
    .reduce((from, symbol) => `replace(${from}, ${quoteText(symbol)}, '$')`, inside);
  if (output === 'currency' && currencyPosition === 'infix')
    return replaced(plain, String.raw`(\d)\s?\$\s?(\d)`, String.raw`\1.\2`);
  if (output === 'time') return named('d', plain, secondsAgain('d'));
  if (output === 'byte') return named('d', plain, bytesAgain('d', display.base ?? 'binary'));
  return output === 'percent' && prefixSymbol ? replaced(plain, String.raw`^%\s?(.*)$`, String.raw`\1%`) : plain;
}

const replaced = (text: string, pattern: string, to: string): string =>
  `regexp_replace(${text}, ${quoteText(pattern)}, ${quoteText(to)})`;
