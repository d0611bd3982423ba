/** Numbers of JSON as they stand in its text: none becomes one of JavaScript's on its way. Pure. */
import type { Json } from './json.ts';

/** The types of TypeScript do not know these yet. */
const json = JSON as unknown as {
  rawJSON(text: string): object;
  parse(text: string, revive: (key: string, value: Json, context: { readonly source?: string }) => unknown): Json;
};

/** JSON whose numbers are written again as they stand: where JavaScript would write them otherwise, as `JSON.rawJSON`. */
export function parsedAsSent(text: string): Json {
  if (withQuotedNumbers(text) === text) return JSON.parse(text) as Json; // of JSON
  return json.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
}

/** So many digits are always written as they were. */
const plainDigits = 15;

/** JSON in which numbers that JavaScript would write otherwise stand as texts: `1.10` as `"1.10"`. The same text where there are none. */
export function withQuotedNumbers(json: string): string {
  const parts: string[] = [];
  let [from, at] = [0, 0];
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === quote) at = endOfString(json, at + 1);
    else if (code === minus || isDigit(code)) {
      const end = endOfNumber(json, at + 1);
      const isKept = end - at <= plainDigits && isWhole(json, at, end);
      const number = isKept ? '' : json.slice(at, end);
      if (!isKept && String(Number(number)) !== number) {
        parts.push(json.slice(from, at), '"', number, '"');
        from = end;
      }
      at = end;
    } else at += 1;
  }
  return parts.length === 0 ? json : `${parts.join('')}${json.slice(from)}`;
}

const [quote, backslash, minus, plus, point] = [0x22, 0x5c, 0x2d, 0x2b, 0x2e];
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
/** Of a number behind its first character. */
const isNumber = (code: number): boolean =>
  isDigit(code) || code === point || code === 0x65 || code === 0x45 || code === minus || code === plus;

/** Behind its closing quote. */
function endOfString(json: string, from: number): number {
  for (let end = json.indexOf('"', from); ; end = json.indexOf('"', end + 1)) {
    if (end < 0) return json.length;
    let slashes = 0;
    while (json.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
}

function endOfNumber(json: string, from: number): number {
  let end = from;
  while (isNumber(json.charCodeAt(end))) end += 1;
  return end;
}

function isWhole(json: string, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) if (!isDigit(json.charCodeAt(at))) return false;
  return true;
}
