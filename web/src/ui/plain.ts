/** Basic markup that hooks and help texts may hold, as text: tags go, everything else stays what it is and is shown, never run. */

const tags = /<\/?(?:a|b|br|code|div|em|h[1-6]|i|li|ol|p|pre|small|span|strong|sub|sup|u|ul)(?:\s[^<>]*)?\/?>/gi;
const breaks = /<(?:br|\/p|\/li|\/div|\/h[1-6])\s*\/?>/gi;
const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
  '&amp;': '&',
};

export function plain(markup: string): string {
  const text = markup.replace(breaks, ' ').replace(tags, '');
  if (text === markup) return markup;
  return text
    .replace(/&(?:lt|gt|quot|#39|nbsp|amp);/g, (entity) => entities[entity] ?? entity)
    .replace(/\s+/g, ' ')
    .trim();
}
