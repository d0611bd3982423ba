/**
 * Basic HTML that hooks, messages and help texts may hold, read as a tree of what the page draws: emphasis, code, line breaks and links to
 * other sites. Of all other elements only the text stays, of scripts and styles nothing.
 */

export interface Marked {
  readonly tag: 'b' | 'strong' | 'i' | 'em' | 'code' | 'a' | 'br';
  /** Of a link: https or mailto. */
  readonly href?: string;
  readonly children: readonly MarkupNode[];
}

export type MarkupNode = string | Marked;

interface Open {
  readonly tag: string;
  readonly children: MarkupNode[];
}

/** A comment, or a tag: what stands in quotes may hold anything. */
const tags = /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][a-z0-9]*)(\s(?:[^<>"']|"[^"]*"|'[^']*')*|\/)?>/gi;
/** Names of HTML: `<year>` in a message is a text. */
const known = new Set(
  (
    'a abbr address article aside audio b base big blockquote body br button canvas center cite code dd del details div dl dt em embed ' +
    'fieldset figure font footer form frame h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label li link main mark ' +
    'marquee math meta nav noscript object ol option p param pre q s samp script section select small source span strike strong style sub ' +
    'summary sup svg table tbody td template textarea tfoot th thead tr tt u ul var video wbr'
  ).split(' '),
);
const drawn = new Set(['b', 'strong', 'i', 'em', 'code', 'a']);
const silent = new Set(['script', 'style']);
/** What ends a line where it is drawn ends a word here. */
const blocks = new Set('address blockquote dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul'.split(' '));
/** Elements in each other: no message needs more, and each costs room on the stack. */
const deepest = 16;

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", nbsp: ' ', amp: '&' };
const decoded = (text: string): string =>
  text.replace(/&(lt|gt|quot|apos|#39|nbsp|amp);/g, (entity, name: string) => entities[name] ?? entity);

/** A text without markup is itself, letter by letter. */
export function markupOf(markup: string): readonly MarkupNode[] {
  const found = [...markup.matchAll(tags)].filter(([whole, , name = '']) => whole[1] === '!' || known.has(name.toLowerCase()));
  if (found.length === 0) return [markup];
  const root: Open = { tag: '', children: [] };
  const open: Open[] = [root];
  let from = 0;
  let hidden: string | undefined;
  const add = (node: MarkupNode): void => void (node !== '' && open.at(-1)?.children.push(node));
  for (const { 0: whole, 1: slash, 2: name = '', 3: attributes = '', index } of found) {
    const tag = name.toLowerCase();
    if (hidden === undefined) add(decoded(markup.slice(from, index)));
    from = index + whole.length;
    if (hidden !== undefined) {
      if (slash === '/' && tag === hidden) hidden = undefined;
    } else if (slash === '/') {
      const at = open.findLastIndex((one) => one.tag === tag);
      if (at > 0) open.length = at;
    } else if (silent.has(tag)) hidden = tag;
    else if (tag === 'br') add({ tag, children: [] });
    else if (drawn.has(tag) && open.length <= deepest) begin(open, tag as Marked['tag'], attributes); // one of those that are drawn
    if (hidden === undefined && blocks.has(tag)) add(' ');
  }
  if (hidden === undefined) add(decoded(markup.slice(from)));
  return root.children;
}

function begin(open: Open[], tag: Marked['tag'], attributes: string): void {
  const href = tag === 'a' ? linkOf(attributes) : undefined;
  const isLink = href !== undefined && !open.some((one) => one.tag === 'a');
  if (tag === 'a' && !isLink) return;
  const children: MarkupNode[] = [];
  open.at(-1)?.children.push({ tag, children, ...(isLink && { href }) });
  open.push({ tag, children });
}

/** Where a link leads, if that is a place to which it may. */
function linkOf(attributes: string): string | undefined {
  const [, double, single, bare] = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes) ?? [];
  const url = URL.parse(decoded(double ?? single ?? bare ?? '').trim());
  return url && (url.protocol === 'https:' || url.protocol === 'mailto:') ? url.href : undefined;
}

/** A message as a text: what names the text of a cell is no markup. */
export const textOfMessage = ({ message, group }: { readonly message: string; readonly group?: string }): string =>
  group === undefined ? plain(message) : message;

/** The same as a text. */
export function plain(markup: string): string {
  const nodes = markupOf(markup);
  if (nodes.length === 1 && nodes[0] === markup) return markup;
  return textOf(nodes).replace(/\s+/g, ' ').trim();
}

const textOf = (nodes: readonly MarkupNode[]): string =>
  nodes.map((node) => (typeof node === 'string' ? node : node.tag === 'br' ? ' ' : textOf(node.children))).join('');
