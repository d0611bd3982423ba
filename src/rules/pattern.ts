/**
 * Patterns that mean the same in JavaScript (flag `u`) and in RE2, as RE2 text. JavaScript's meaning counts: `.` and `\s` are
 * spelled out, because RE2 takes fewer characters for line ends and white space. What has no equal there (lookaround,
 * back references, Unicode properties, …) is not in the subset, and a worker decides it instead. Pure.
 */

const lineEnds = String.raw`\n\r\x{2028}\x{2029}`;
const spaces = String.raw`\t\n\x{b}\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;
/** What `\S` takes, as members of a class: everything between the `spaces`. */
const others = String.raw`\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`;
/** RE2 counts no further, and repeats inside repeats multiply. */
const mostRepeats = 1000;

/** Thrown inside the parser only. */
class NotCommon extends Error {}

interface Piece {
  readonly text: string;
  /** How many characters it stands for at most when all repeats are written out. */
  readonly size: number;
}

/** The pattern for RE2, or undefined where it is not in the subset: with other flags than `u` none is. It must be valid in JavaScript. */
export function commonPattern(pattern: string, ignoreCase: boolean, flags = 'u'): string | undefined {
  if (flags !== 'u') return undefined;
  try {
    const { text } = new Parser(pattern, ignoreCase).whole();
    return `${ignoreCase ? '(?i)' : ''}${text}`;
  } catch (error) {
    if (error instanceof NotCommon) return undefined;
    throw error;
  }
}

export interface SqlPattern {
  /** For RE2. */
  readonly text: string;
  /** A class of RE2: what is found in texts with one of these characters, only JavaScript knows. */
  readonly but?: string;
}

/** A pattern as far as SQL can decide it; undefined = not at all. Without the flag `u` halves of surrogate pairs count as characters. */
export function sqlPattern(pattern: string, ignoreCase: boolean, flags = 'u'): SqlPattern | undefined {
  const text =
    flags === '' && hasOwnMeaning(pattern) ? undefined : commonPattern(pattern, ignoreCase, flags === '' ? 'u' : flags);
  if (text === undefined || flags !== '') return text === undefined ? undefined : { text };
  // With both flags, s and k are these as well.
  return { text, but: String.raw`[\x{10000}-\x{10ffff}${ignoreCase ? String.raw`\x{17f}\x{212a}` : ''}]` };
}

/** Does it mean something else without the flag `u`, or is it no pattern with it? */
function hasOwnMeaning(pattern: string): boolean {
  if (/\\u\{|[\u{10000}-\u{10ffff}]/u.test(pattern)) return true;
  try {
    return !(new RegExp(pattern, 'u') instanceof RegExp);
  } catch {
    return true;
  }
}

class Parser {
  readonly #pattern: readonly string[];
  readonly #ignoreCase: boolean;
  #at = 0;

  constructor(pattern: string, ignoreCase: boolean) {
    this.#pattern = [...pattern];
    this.#ignoreCase = ignoreCase;
  }

  whole(): Piece {
    const piece = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new NotCommon();
    return piece;
  }

  #alternatives(): Piece {
    const branches = [this.#sequence()];
    while (this.#take('|')) branches.push(this.#sequence());
    return { text: branches.map(({ text }) => text).join('|'), size: branches.reduce((sum, { size }) => sum + size, 0) };
  }

  #sequence(): Piece {
    let [text, size] = ['', 0];
    while (this.#at < this.#pattern.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const piece = this.#repeated(this.#atom());
      text += piece.text;
      size += piece.size;
      if (size > mostRepeats) throw new NotCommon();
    }
    return { text, size };
  }

  #repeated({ text, size }: Piece): Piece {
    const rest = this.#pattern.slice(this.#at, this.#at + 12).join('');
    const [quantifier, least, , most] = /^(?:[*+?]|\{(\d+)(,(\d*))?\})/.exec(rest) ?? [];
    if (quantifier === undefined) return { text, size };
    this.#at += quantifier.length;
    // Whether as few or as many as possible are taken changes what is found, not whether something is.
    this.#take('?');
    const times = Math.max(Number(least ?? 1), Number(most ?? 1), 1);
    if (size * times > mostRepeats) throw new NotCommon();
    return { text: text + quantifier, size: size * times };
  }

  #atom(): Piece {
    const char = this.#next();
    if (char === '(') return this.#group();
    if (char === '[') return { text: this.#class(), size: 1 };
    if (char === '.') return { text: `[^${lineEnds}]`, size: 1 };
    // Without the flag `m` both look at the whole text only.
    if (char === '^') return this.#anchor(String.raw`\A`);
    if (char === '$') return this.#anchor(String.raw`\z`);
    if (char !== '\\') return { text: this.#literal(char), size: 1 };
    if (this.#peek() === 'b' || this.#peek() === 'B') {
      // With both flags, JavaScript's words have letters more; and RE2 finds a \B between the bytes of one character.
      if (this.#ignoreCase || this.#peek() === 'B') throw new NotCommon();
      return this.#anchor(`\\${this.#next()}`);
    }
    const set = this.#set();
    return { text: set === undefined ? this.#literal(this.#escaped()) : `[${set}]`, size: 1 };
  }

  /**
   * RE2 refuses some repeated anchors. DuckDB takes a literal text with an anchor inside for the text alone, so `^` must begin and `$`
   * must end the pattern or one of its alternatives.
   */
  #anchor(text: string): Piece {
    if (/[*+?{]/.test(this.#peek())) throw new NotCommon();
    const before = this.#pattern.slice(0, this.#at - 1).join('');
    const begins = /^(\((\?:|\?<[^>]+>)?)*$/.test(before) || /(^|[^\\])(\\\\)*\|$/.test(before);
    if (text === String.raw`\A` && !begins) throw new NotCommon();
    if (text === String.raw`\z` && !/^(\)*$|\|)/.test(this.#pattern.slice(this.#at).join(''))) throw new NotCommon();
    return { text, size: 1 };
  }

  #group(): Piece {
    if (this.#take('?')) {
      if (this.#take('<')) {
        if (this.#peek() === '=' || this.#peek() === '!') throw new NotCommon();
        while (this.#next() !== '>');
      } else if (!this.#take(':')) throw new NotCommon();
    }
    const { text, size } = this.#alternatives();
    if (!this.#take(')')) throw new NotCommon();
    return { text: `(?:${text})`, size };
  }

  #class(): string {
    const negated = this.#take('^');
    // Negation and case folding meet in a different order in the two.
    if (negated && this.#ignoreCase) throw new NotCommon();
    let text = '';
    while (!this.#take(']')) {
      const first = this.#member();
      if (first.set || this.#peek() !== '-' || this.#pattern[this.#at + 1] === ']') {
        text += first.text;
        continue;
      }
      this.#next();
      const last = this.#member();
      if (last.set) throw new NotCommon();
      text += `${first.text}-${last.text}`;
    }
    if (text === '') throw new NotCommon();
    return `[${negated ? '^' : ''}${text}]`;
  }

  #member(): { readonly text: string; readonly set: boolean } {
    const char = this.#next();
    if (char !== '\\') return { text: this.#literal(char), set: false };
    if (this.#take('b')) return { text: String.raw`\x{8}`, set: false };
    if (this.#take('-')) return { text: String.raw`\-`, set: false };
    const set = this.#set();
    return set === undefined ? { text: this.#literal(this.#escaped()), set: false } : { text: set, set: true };
  }

  /** The members of `\d`, `\s`, `\w`, or of their opposites as far as they can be written as members. */
  #set(): string | undefined {
    if (this.#take('d')) return '0-9';
    if (this.#take('s')) return spaces;
    if (this.#take('S')) return others;
    if (this.#take('w')) return `0-9A-Za-z_${this.#ignoreCase ? String.raw`\x{17f}\x{212a}` : ''}`;
    if (this.#take('D')) return String.raw`\D`;
    if (this.#peek() === 'W' && !this.#ignoreCase) {
      this.#next();
      return String.raw`\W`;
    }
    return undefined;
  }

  #escaped(): string {
    const char = this.#next();
    const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' };
    if (Object.hasOwn(controls, char)) return controls[char] ?? '';
    if (char === 'x') return this.#hex(2);
    if (char === 'u' && !this.#take('{')) return this.#hex(4);
    if (char === 'u') {
      let digits = '';
      while (this.#peek() !== '}') digits += this.#next();
      this.#next();
      return String.fromCodePoint(Number.parseInt(digits, 16));
    }
    if (/[A-Za-z0-9]/.test(char)) throw new NotCommon();
    return char;
  }

  #hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.#next();
    return String.fromCodePoint(Number.parseInt(text, 16));
  }

  #literal(char: string): string {
    const code = char.codePointAt(0) ?? 0;
    // No text has half a surrogate pair; and beyond ASCII the two fold case by different editions of Unicode.
    if ((code >= 0xd800 && code <= 0xdfff) || (this.#ignoreCase && code > 0x7f)) throw new NotCommon();
    return /[A-Za-z0-9_]/.test(char) ? char : `\\x{${code.toString(16)}}`;
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #next(): string {
    const char = this.#peek();
    if (char === '') throw new NotCommon();
    this.#at += 1;
    return char;
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }
}
