import { HeadgateError } from '../domain/error.ts';

/** Deeper than any request of ours. */
const deepest = 64;

/** No database holds a zero character or half a character. */
export const isText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** Throws `request.invalid` for texts that no database holds, and for what has no bottom. */
export function requireText(value: unknown, depth = 0): void {
  if (typeof value === 'string') {
    if (isText(value)) return;
    throw new HeadgateError('request.invalid', 'a text holds a zero character or half of a surrogate pair');
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepest) throw new HeadgateError('request.invalid', `the body is nested more than ${deepest} deep`);
  for (const [name, inner] of Object.entries(value)) {
    requireText(name, depth);
    requireText(inner, depth + 1);
  }
}
