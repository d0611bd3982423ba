/** Meanings that are no SQL: each text is looked at once, in a thread. */
import type { Meaning } from '../../domain/meaning.ts';

export type PhoneMeaning = Extract<Meaning, { is: 'phone-number' }>;
export type UrlMeaning = Extract<Meaning, { is: 'url' }>;

export type Looked = PhoneMeaning | UrlMeaning;

/** What a text means. */
export interface Look {
  readonly result: string;
  readonly shown: string;
}

export const isLooked = (meaning: Meaning): meaning is Looked => meaning.is === 'phone-number' || meaning.is === 'url';
