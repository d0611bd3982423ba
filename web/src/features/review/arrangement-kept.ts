/** Arrangements of the last reviews, kept by this browser: a reload opens the table as it was left. */
import { arrangementOf, plainArrangement, type Arrangement } from './arrangement.ts';

const key = 'headgate-tables';
const most = 20;

function all(): [string, unknown][] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => Array.isArray(one) && typeof one[0] === 'string') : [];
  } catch {
    return []; // no storage here, or nothing of ours in it
  }
}

/** `review`: what tells one review from the others. */
export const keptArrangement = (review: string): Arrangement => arrangementOf(all().find(([of]) => of === review)?.[1]);

export function keepArrangement(review: string, arrangement: Arrangement): void {
  const others = all().filter(([of]) => of !== review);
  const kept = arrangement === plainArrangement ? others : [...others.slice(1 - most), [review, arrangement]];
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // arranged for this visit only
  }
}
