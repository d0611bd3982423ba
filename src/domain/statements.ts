/** A text of SQL as its statements, and what each is about: as far as quotes, comments and first words tell. Pure. */

/** Quoted texts and names, dollar quotes, and comments: nothing in them ends a statement. */
const closed =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"`$\-/;]+|[\s\S]/g;

/** Without what ends them; empty ones are none. */
export function statementsOf(sql: string): readonly string[] {
  const found: string[] = [];
  let current = '';
  for (const [piece] of sql.matchAll(closed)) {
    if (piece !== ';') current += piece;
    else {
      found.push(current);
      current = '';
    }
  }
  return [...found, current].map((text) => text.trim()).filter((text) => wordsOf(text).length > 0);
}

/** Outside of quotes and comments, in lower case. */
function wordsOf(sql: string): readonly string[] {
  const plain = [...sql.matchAll(closed)]
    .map(([piece]) => (/^(?:['"`$]|--|\/\*)/.test(piece) && piece.length > 1 ? ' ' : piece))
    .join('');
  return plain.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? (plain.trim() === '' ? [] : [plain.trim()]);
}

const asks = new Set(['select', 'values', 'table', 'show', 'explain', 'describe', 'desc', 'from']);
const writes = new Set(['insert', 'update', 'delete', 'merge', 'into']);

/** Is it answered with rows, and changes nothing? */
export function isQuestion(statement: string): boolean {
  const [first = '', ...rest] = wordsOf(statement);
  // What cannot be told is asked: the database says what is wrong with it.
  if (first === 'with' || first === 'select') return !rest.some((word) => writes.has(word) && !follows(rest, word));
  return asks.has(first) || !changes.has(first);
}

/** `for update` only locks. */
const follows = (words: readonly string[], word: string): boolean =>
  word === 'update' && words[words.indexOf(word) - 1] === 'for';

const changes = new Set(
  (
    'insert update delete merge create drop alter truncate grant revoke comment analyze vacuum begin start commit rollback ' +
    'call do set reset copy refresh reindex cluster lock unload replace attach detach install load pragma export import use checkpoint'
  ).split(' '),
);

/** The first words, for whoever allows only some. */
export const beginningOf = (statement: string): string => wordsOf(statement).slice(0, 4).join(' ');
