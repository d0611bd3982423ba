import { randomBytes } from 'node:crypto';
import { z } from 'zod';

export const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens')
  .meta({ description: 'Accepted wherever an id is; absent: made from the name' });

/** `Orders → warehouse` → `orders-warehouse-4f2a`. */
export function slugOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  return `${words === '' ? 'item' : words}-${randomBytes(2).toString('hex')}`;
}
