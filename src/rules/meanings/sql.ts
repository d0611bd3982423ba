/** Meanings as SQL. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import type { Meant } from './meant.ts';
import { dayFirstSql, momentSql } from './moment.ts';
import { doubtfulNumber, europeanSql, numberSql } from './number.ts';
import { multiSelectSql, selectSql } from './options.ts';
import { checkboxSql, countrySql, domainSql, emailSql, ssnSql, stateSql, uuidSql, zipSql } from './texts.ts';
import { urlSql } from './url.ts';

/** What has to be known about a whole column before one of its texts is understood: a boolean aggregate; absent = nothing. */
export function factSql(meaning: Meaning, text: string): string | undefined {
  switch (meaning.is) {
    case 'number':
      return europeanSql(text);
    case 'date':
    case 'datetime':
    case 'time':
      return dayFirstSql(meaning, text);
    default:
      return undefined;
  }
}

/** `text` = a trimmed text, best the name of a column; `fact` = what `factSql` gave for all of it. */
export function meaningSql(meaning: Meaning, text: string, fact: string): Meant {
  switch (meaning.is) {
    case 'number':
      return numberSql(meaning, text);
    case 'date':
    case 'datetime':
    case 'time':
      return momentSql(meaning, text, fact);
    case 'select':
      return selectSql(meaning, text);
    case 'multi-select':
      return multiSelectSql(meaning, text);
    case 'checkbox':
      return checkboxSql(text);
    case 'email':
      return emailSql(text);
    case 'country':
      return countrySql(meaning, text);
    case 'ssn':
      return ssnSql(meaning, text);
    case 'domain':
      return domainSql(meaning, text);
    case 'url':
      return urlSql(meaning, text);
    case 'us-state-territory':
      return stateSql(text);
    case 'us-zip-code':
      return zipSql(meaning, text);
    case 'uuid':
      return uuidSql(meaning, text);
  }
}

/** True where a text was understood, and may have meant something else; absent = it cannot. */
export const doubtSql = (meaning: Meaning, text: string, fact: string): string | undefined =>
  meaning.is === 'number' ? doubtfulNumber(text, fact) : undefined;
