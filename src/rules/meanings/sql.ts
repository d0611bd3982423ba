/** Meanings as SQL. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import type { Meant, Written } from './meant.ts';
import { dayFirstSql, decidedSql, momentSql, momentWritten } from './moment.ts';
import { doubtfulNumber, europeanSql, numberSql } from './number.ts';
import { guessedSql, multiSelectSql, repeatedSql, selectSql } from './options.ts';
import { checkboxSql, countrySql, domainSql, emailSql, ssnSql, stateSql, uuidSql, zipSql } from './texts.ts';
import { urlSql } from './url-sql.ts';

/** What has to be known about a whole column before one of its texts is understood: a boolean aggregate; absent = nothing. */
export function factSql(meaning: Meaning, text: string): string | undefined {
  switch (meaning.is) {
    case 'number':
      return europeanSql(meaning, text);
    case 'date':
    case 'datetime':
    case 'time':
      return dayFirstSql(meaning, text);
    default:
      return undefined;
  }
}

/**
 * `text` = a trimmed text, best the name of a column; `table` = what `openKnown` made of all of it; `known` = the name of a column that holds
 * the result: what is shown is made of that where it can be.
 */
export function meaningSql(meaning: Meaning, text: string, table: string, known?: string): Meant {
  switch (meaning.is) {
    case 'number':
      return numberSql(meaning, text, known);
    case 'date':
    case 'datetime':
    case 'time':
      return momentSql(meaning, text, factOf(table), known);
    case 'select':
      return selectSql(meaning, text, known);
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
      return urlSql(meaning, text, table);
    case 'us-state-territory':
      return stateSql(text);
    case 'us-zip-code':
      return zipSql(meaning, text);
    case 'uuid':
      return uuidSql(meaning, text);
    case 'phone-number':
      return {
        result: `(select any_value(r) from ${table} where t = ${text})`,
        shown: `(select any_value(s) from ${table} where t = ${text})`,
      };
  }
}

/** Undefined where people write as the file does. */
export function writtenSql(meaning: Meaning, text: string, table: string): Written | undefined {
  switch (meaning.is) {
    case 'date':
    case 'datetime':
    case 'time':
      return momentWritten(meaning, text, factOf(table));
    default:
      return undefined;
  }
}

const factOf = (table: string): string => `(select yes from ${table})`;

/** True where a text that was understood does not say by itself what it was taken for; absent = every text does. */
export function guessSql(meaning: Meaning, text: string): string | undefined {
  switch (meaning.is) {
    case 'select':
    case 'multi-select':
      return guessedSql(meaning, text);
    case 'date':
    case 'datetime':
      return decidedSql(meaning, text);
    default:
      return undefined;
  }
}

export interface Doubt {
  /** Follows "the field x is", or "This is". */
  readonly reason: string;
  readonly found: string;
}

/** True where a text was understood, and may have meant something else; absent = it cannot. */
export function doubtSql(meaning: Meaning, text: string, table: string): Doubt | undefined {
  if (meaning.is === 'number') {
    const reason = 'read as an English number, although the column has numbers that only a decimal comma explains';
    return { reason, found: doubtfulNumber(text, factOf(table)) };
  }
  return meaning.is === 'multi-select'
    ? { reason: 'a list that names one option twice', found: repeatedSql(meaning, text) }
    : undefined;
}
