/** Which language the page speaks, and in which direction it reads. A language that is not English comes when it is asked for. */
import { english, texts } from '../texts.ts';
import { others } from './others.ts';
import { languageOf, reworded } from './words.ts';

const fromTheRight: ReadonlySet<string> = new Set(['ar']);

/** Resolves once the texts are there; what cannot be loaded leaves them English. `words`: texts that the import's owner has put in place of ours. */
export async function speak(locale: string, words: unknown = {}): Promise<void> {
  const language = languageOf(locale, Object.keys(others));
  const loaded = await others[language]?.().catch(() => undefined);
  Object.assign(texts, reworded(loaded?.translation ?? english, words));
  document.documentElement.lang = loaded ? language : 'en';
  document.documentElement.dir = loaded && fromTheRight.has(language) ? 'rtl' : 'ltr';
}
