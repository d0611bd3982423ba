/** The file before anybody knows what it is: its first rows, and what its columns are taken for. */
import { z } from 'zod';
import type { FirstRow, OpenReview } from '../../review/open-review.ts';
import type { Ports } from '../operation.ts';
import { withReview, type Reviewed } from './open.ts';

export const previewShape = z.object({
  rows: z.array(z.array(z.string())),
  lines: z.array(z.number().int()).meta({ description: 'The number of each of them in the file, from 1, blank lines included' }),
  header: z.number().nullable(),
  columns: z.array(
    z.object({
      index: z.number(),
      header: z.string(),
      samples: z.array(z.string()),
      field: z.string().nullable(),
      custom: z.boolean().meta({ description: 'It feeds a field of its own' }),
      confidence: z.number(),
    }),
  ),
});

export type Preview = z.input<typeof previewShape>;

const mostSamples = 5;

export async function previewFile(ports: Ports, reviewed: Reviewed): Promise<Preview> {
  return await withReview(ports, reviewed, async (review) => shown(review, await review.firstRows()));
}

function shown({ plan: { layout }, choices }: OpenReview, first: readonly FirstRow[]): Preview {
  const rows = first.map(({ texts }) => texts);
  const { header, headers, guesses, columns, matchable } = layout;
  const fed = new Set(Object.values(columns).flat());
  const below = header === null ? rows : rows.slice(header + 1);
  return {
    rows: rows.map((row) => [...row]),
    lines: first.map(({ line }) => line),
    header,
    columns: headers.map((name, index) => {
      const guess = guesses.find(({ column }) => column === index);
      const said = choices.mapping;
      const samples = below.map((row) => row[index] ?? '').filter((text) => text.trim() !== '');
      return {
        index,
        header: name,
        samples: [...new Set(samples)].slice(0, mostSamples),
        field: matchable.find((key) => key === (said === null ? guess?.key : said[String(index)])) ?? null,
        custom: choices.custom?.includes(index) ?? (guess === undefined && fed.has(index)),
        confidence: said === null ? (guess?.confidence ?? 0) : 1,
      };
    }),
  };
}
