/** Which language the page speaks, and in which direction it reads. A language that is not English comes when it is asked for. */
import { english, texts, type Texts } from '../texts.ts';
import { languageOf, reworded } from './words.ts';

const others: Readonly<Record<string, () => Promise<{ readonly translation: Texts }>>> = {
  ar: () => import('./ar.ts'),
  de: () => import('./de.ts'),
  es: () => import('./es.ts'),
  fr: () => import('./fr.ts'),
};

/** Resolves once the texts are there; what cannot be loaded leaves them English. `words`: texts that the import's owner has put in place of ours. */
export async function speak(locale: string, words: unknown = {}): Promise<void> {
  const language = languageOf(locale, Object.keys(others));
  const loaded = await others[language]?.().catch(() => undefined);
  Object.assign(texts, reworded(loaded?.translation ?? english, words));
  document.documentElement.lang = loaded ? language : 'en';
  document.documentElement.dir = loaded && language === 'ar' ? 'rtl' : 'ltr';
}
