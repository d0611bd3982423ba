/** Into how many partitions a stream is cut, and whether other processes take part. Pure. */
import type { Flow, Session } from './flow.ts';
import type { PartitionedRead } from './partitions.ts';
import type { Plan } from './plan.ts';

export type Cut = Pick<PartitionedRead, 'target' | 'places' | 'spreading'>;

/** Bytes: a larger partition costs more to stage again, and all wait for the last one. */
const usualPartition = 256 * 1024 * 1024;
/** Each costs a connection and the start of a scan. */
const most = 256;

export type CutFacts = Pick<Session, 'parallel' | 'partitionBytes' | 'spreading'> & {
  readonly destination: { readonly destination?: { readonly parallelWriters: boolean } };
};

export function cutOf(
  { stream, shape, rejects, sliceRows }: Flow,
  { conversion }: Pick<Plan, 'conversion'>,
  session: CutFacts,
): Cut {
  const { parallel, partitionBytes, spreading, destination } = session;
  const bytes = stream.estimatedBytes ?? 0;
  const whole: Cut = { target: 1, places: parallel };
  // Rules may compare rows with each other, and the refused ones are counted together and go into one file.
  if (shape.rules || rejects.limit > 0 || !destination.destination?.parallelWriters) return whole;
  const slices = sliceRows === undefined ? 0 : Math.min(most, Math.ceil((stream.estimatedRows ?? 0) / sliceRows));
  // What DuckDB makes of rows, it makes in the process that planned it.
  if (spreading && !conversion && bytes >= spreading.fromBytes) {
    const target = Math.min(most, Math.max(slices, spreading.readers * 2, Math.ceil(bytes / usualPartition)));
    return { target, places: Math.min(parallel, spreading.readers), spreading };
  }
  if (parallel <= 1 || bytes < partitionBytes) return { ...whole, target: Math.max(1, slices) };
  // Smaller ones cost more to start than they save.
  const target = Math.min(parallel * 2, Math.ceil(bytes / Math.max(1, partitionBytes / 8)));
  return { ...whole, target: Math.max(target, slices) };
}
