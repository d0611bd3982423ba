/** How a language writes numbers, and what it calls so many of a thing. */

/** A form for each of the language's plural categories that is not `other`. */
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** `language`: as in BCP 47. The number goes where a form has a `#`, if it has one. */
export function counting(language: string) {
  const numbers = new Intl.NumberFormat(language);
  const rules = new Intl.PluralRules(language);
  const number = (value: number): string => numbers.format(value);
  const counted =
    (forms: Forms) =>
    (count: number): string =>
      (forms[rules.select(count)] ?? forms.other).replace('#', number(count));
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  return { number, counted, percent: (value: number): string => share.format(value) };
}
