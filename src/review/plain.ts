/** Basic HTML that messages may hold as the text that is left of it, as the page of a review has it: for files that people take along. Pure. */

/** Elements that are not drawn, up to their end. */
const hidden = /<(script|style)(?:\s(?:[^<>"']|"[^"]*"|'[^']*')*)?>[\s\S]*?(?:<\/\1\s*>|$)|<!--[\s\S]*?(?:-->|$)/gi;
const blocks = 'address|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul';
const inline =
  'a|abbr|article|aside|audio|b|base|big|body|button|canvas|center|cite|code|del|details|em|embed|fieldset|figure|font|footer|form|frame|' +
  'head|header|html|i|iframe|img|input|ins|kbd|label|link|main|mark|marquee|math|meta|nav|noscript|object|option|param|q|s|samp|script|' +
  'select|small|source|span|strike|strong|style|sub|summary|sup|svg|tbody|template|textarea|tfoot|thead|tt|u|var|video|wbr';
const attributes = String.raw`(?:\s(?:[^<>"']|"[^"]*"|'[^']*')*|\/)?`;
const breaks = new RegExp(`</?(?:${blocks})${attributes}>`, 'gi');
const tags = new RegExp(`</?(?:${inline})${attributes}>`, 'gi');

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", nbsp: ' ', amp: '&' };

/** A text without markup is itself, letter by letter. */
export function plain(markup: string): string {
  if (!markup.includes('<')) return markup;
  const text = markup.replaceAll(hidden, '').replaceAll(breaks, ' ').replaceAll(tags, '');
  if (text === markup) return markup;
  return text
    .replaceAll(/&(lt|gt|quot|apos|#39|nbsp|amp);/g, (entity, name: string) => entities[name] ?? entity)
    .replaceAll(/\s+/g, ' ')
    .trim();
}
