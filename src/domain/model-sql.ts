/** What a query may contain that is read as a table. Judged by tokens: words in literals, comments and quoted names are just text. Pure. */

/** Words that change something, or begin another kind of statement. */
const refused = new Set(['alter', 'call', 'create', 'delete', 'drop', 'grant', 'insert', 'merge', 'truncate', 'update', 'with']);

interface Token {
  readonly kind: 'word' | 'sign' | 'text' | 'broken';
  /** Of words in lower case, of signs as it is. */
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

const comment = /--[^\n]*/y;
const name = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const number = /\d[\p{L}\p{N}_.]*/uy;
const dollar = /\$[A-Za-z_]*\$/y;

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

/** Behind the closing quote, which stands doubled where it is meant; -1 = it never comes. */
function endOfQuoted(sql: string, at: number, quote: string, backslash: boolean): number {
  for (let i = at; i < sql.length; i++) {
    if (backslash && sql[i] === '\\') i += 1;
    else if (sql[i] === quote && sql[i + 1] === quote) i += 1;
    else if (sql[i] === quote) return i + 1;
  }
  return -1;
}

/** Comments may stand in comments. */
function endOfComment(sql: string, at: number): number {
  let depth = 0;
  for (let i = at; i < sql.length; i++) {
    if (sql.startsWith('/*', i)) [depth, i] = [depth + 1, i + 1];
    else if (sql.startsWith('*/', i)) [depth, i] = [depth - 1, i + 1];
    if (depth === 0) return i + 1;
  }
  return -1;
}

function* tokens(sql: string): Generator<Token> {
  for (let at = 0; at < sql.length;) {
    const char = sql[at] ?? '';
    const next = (end: number): number => (end < 0 ? sql.length : end);
    const line = match(comment, sql, at);
    const word = match(name, sql, at);
    const tag = match(dollar, sql, at);
    if (line !== undefined) at += line.length;
    else if (sql.startsWith('/*', at)) {
      const end = endOfComment(sql, at);
      if (end < 0) yield { kind: 'broken', text: 'a comment', at };
      at = next(end);
    } else if (char === "'" || char === '"' || char === '`' || (/e/i.test(char) && sql[at + 1] === "'")) {
      const open = char === "'" || char === '"' || char === '`' ? at : at + 1;
      const end = endOfQuoted(sql, open + 1, sql[open] ?? '', open > at);
      yield end < 0 ? { kind: 'broken', text: 'a quoted text', at } : { kind: 'text', text: '', at };
      at = next(end);
    } else if (tag !== undefined) {
      const end = sql.indexOf(tag, at + tag.length);
      yield end < 0 ? { kind: 'broken', text: 'a quoted text', at } : { kind: 'text', text: '', at };
      at = next(end < 0 ? end : end + tag.length);
    } else if (word !== undefined) {
      yield { kind: 'word', text: word.toLowerCase(), at };
      at += word.length;
    } else {
      const digits = match(number, sql, at);
      if (digits === undefined && !/\s/.test(char)) yield { kind: 'sign', text: char, at };
      at += digits?.length ?? 1;
    }
  }
}

/** Everything that is wrong with the query; empty = it is one SELECT that keeps to its brackets. */
export function modelProblems(sql: string): readonly string[] {
  const all = [...tokens(sql)];
  const ends = all.findIndex(({ kind, text }) => kind === 'sign' && text === ';');
  const body = ends < 0 ? all : all.slice(0, ends);
  const problems = new Set<string>();
  if (ends >= 0 && all.slice(ends).some(({ text, kind }) => kind !== 'sign' || text !== ';')) {
    problems.add('only one statement is allowed');
  }
  for (const { text } of all.filter(({ kind }) => kind === 'broken')) problems.add(`${text} does not end`);
  const first = body.find(({ text, kind }) => kind !== 'sign' || text !== '(');
  if (first?.text !== 'select') problems.add('the query must begin with SELECT');
  body.forEach(({ kind, text }, at) => {
    const zoned = text === 'with' && ['time', 'local'].includes(body[at + 1]?.text ?? '');
    if (kind === 'word' && refused.has(text) && !zoned) problems.add(`${text.toUpperCase()} is not allowed`);
  });
  if (!isBalanced(body)) problems.add('brackets do not match');
  return [...problems];
}

function isBalanced(body: readonly Token[]): boolean {
  let depth = 0;
  for (const { kind, text } of body) {
    if (kind !== 'sign') continue;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Without the semicolons at its end, also where comments follow them: what stands in brackets has none. */
export function withoutEnd(sql: string): string {
  const ends = [...tokens(sql)].filter(({ kind, text }) => kind === 'sign' && text === ';');
  return ends.reduce((text, { at }) => `${text.slice(0, at)} ${text.slice(at + 1)}`, sql).trimEnd();
}
