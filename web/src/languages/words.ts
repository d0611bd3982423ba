/** Which language a locale is, and which words stand in place of ours. Pure. */
import type { Texts } from '../texts.ts';

/** The one of our languages for a locale such as `de`, `de-AT` or `zh_CN`: English where it is none of them. */
export function languageOf(locale: string, ours: readonly string[]): string {
  const whole = locale.toLowerCase().replaceAll('_', '-');
  const [language = ''] = whole.split('-');
  return [whole, language].find((name) => ours.includes(name)) ?? 'en';
}

/** Names that clients know, beside the places of our own texts. */
const known: Readonly<Record<string, string>> = { COLUMN_MATCH_SUBTITLE: 'match.lead', BULK_FIX_SUBTITLE: 'values.lead' };

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Texts with others in their places, `{ui: {'finish.button': 'Send'}}`. Texts that hold a number stay, and so does what is no text. */
export function reworded(of: Texts, words: unknown): Texts {
  const ui = isGroup(words) && isGroup(words['ui']) ? words['ui'] : {};
  const result: Record<string, unknown> = { ...of };
  for (const [name, text] of Object.entries(ui)) {
    const [group = '', place] = (known[name] ?? name).split('.');
    const now = Object.hasOwn(result, group) ? result[group] : undefined;
    if (typeof text !== 'string' || text === '') continue;
    if (place === undefined && typeof now === 'string') result[group] = text;
    else if (place !== undefined && isGroup(now) && Object.hasOwn(now, place) && typeof now[place] === 'string')
      result[group] = { ...now, [place]: text };
  }
  return result as Texts; // the same texts, some with other words
}
