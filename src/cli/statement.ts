/** Is this text one statement that reads? A first gate; the connection that runs it is read-only as well. */
import { HeadgateError } from '../domain/error.ts';

const readers: readonly string[] = [
  'select',
  'with',
  'from',
  'values',
  'table',
  'describe',
  'desc',
  'show',
  'summarize',
  'explain',
];

/** What hides semicolons: comments, quoted text, quoted names, dollar quotes. An open end reaches to the end of the text. */
const opaque =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\b[eE]'(?:\\[\s\S]|''|[^'\\])*(?:'|$)|'(?:''|[^'])*(?:'|$)|"(?:""|[^"])*(?:"|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)/g;

/** The statement without its closing semicolon. Throws `query.invalid`. */
export function readStatement(sql: string): string {
  // Replaced by as many characters, so that a position means the same in both texts.
  const bare = sql.replace(opaque, (text) => (/^(--|\/\*)/.test(text) ? ' ' : '_').repeat(text.length));
  const end = /[;\s]*$/.exec(bare)?.index ?? bare.length;
  if (bare.slice(0, end).includes(';'))
    throw new HeadgateError('query.invalid', 'query runs one statement, and the text holds several');
  const word = /^[\s(]*([a-z]+)/i.exec(bare)?.[1]?.toLowerCase();
  if (word !== undefined && readers.includes(word)) return sql.slice(0, end);
  throw new HeadgateError('query.invalid', 'query runs one statement that reads', {
    hint: `begin it with one of: ${readers.join(', ')}`,
  });
}
