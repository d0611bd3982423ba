import { z } from 'zod';
import type { PartRow } from '../../store/parts.ts';

export const partView = z.object({
  number: z.number().int(),
  size: z.number().int(),
  sha256: z.string().nullable().meta({ description: 'null: it came by a link, and was not announced' }),
  arrived_at: z.iso.datetime(),
});

export function show({ number, size, sha256, arrived_at }: PartRow): z.input<typeof partView> {
  return { number, size: Number(size), sha256: sha256 === '' ? null : sha256, arrived_at: arrived_at.toISOString() };
}
