/** Which language the page speaks, and in which direction it reads. A language that is not English comes when it is asked for. */
import { english, texts, type Texts } from '../texts.ts';
import { languageOf, reworded } from './words.ts';

/** Each by itself: nobody waits for the words of others. */
export const others: Readonly<Record<string, () => Promise<{ readonly translation: Texts }>>> = {
  ar: () => import('./ar.ts'),
  bn: () => import('./bn.ts'),
  cs: () => import('./cs.ts'),
  da: () => import('./da.ts'),
  de: () => import('./de.ts'),
  el: () => import('./el.ts'),
  es: () => import('./es.ts'),
  fi: () => import('./fi.ts'),
  fr: () => import('./fr.ts'),
  hi: () => import('./hi.ts'),
  hr: () => import('./hr.ts'),
  hu: () => import('./hu.ts'),
  id: () => import('./id.ts'),
  is: () => import('./is.ts'),
  it: () => import('./it.ts'),
  ja: () => import('./ja.ts'),
  ko: () => import('./ko.ts'),
  lt: () => import('./lt.ts'),
  lv: () => import('./lv.ts'),
  ms: () => import('./ms.ts'),
  nl: () => import('./nl.ts'),
  no: () => import('./no.ts'),
  pl: () => import('./pl.ts'),
  pt: () => import('./pt.ts'),
  ro: () => import('./ro.ts'),
  ru: () => import('./ru.ts'),
  sv: () => import('./sv.ts'),
  sw: () => import('./sw.ts'),
  th: () => import('./th.ts'),
  tr: () => import('./tr.ts'),
  uk: () => import('./uk.ts'),
  vi: () => import('./vi.ts'),
  'zh-cn': () => import('./zh-cn.ts'),
  'zh-tw': () => import('./zh-tw.ts'),
};

const fromTheRight: ReadonlySet<string> = new Set(['ar']);

/** Resolves once the texts are there; what cannot be loaded leaves them English. `words`: texts that the import's owner has put in place of ours. */
export async function speak(locale: string, words: unknown = {}): Promise<void> {
  const language = languageOf(locale, Object.keys(others));
  const loaded = await others[language]?.().catch(() => undefined);
  Object.assign(texts, reworded(loaded?.translation ?? english, words));
  document.documentElement.lang = loaded ? language : 'en';
  document.documentElement.dir = loaded && fromTheRight.has(language) ? 'rtl' : 'ltr';
}
