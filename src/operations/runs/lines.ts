/** What a run says about a table, as people read it. Pure. */
import type { Json } from '../../domain/json.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { grouped } from '../../domain/count.ts';

/** `read 1,200,000 rows of public.orders up to updated_at 2026-01-01 …, wrote 1,200,000 into orders` */
export function lineOf({ stream, table, read, written, rejected, deleted, to }: Receipt): string {
  const rest = [
    ...(rejected > 0 ? [`refused ${grouped(rejected)}`] : []),
    ...(deleted > 0 ? [`deleted ${grouped(deleted)}`] : []),
  ];
  const wrote = `wrote ${grouped(written)} into ${table}`;
  return [`read ${grouped(read)} rows of ${stream}${reached(to)}`, wrote, ...rest].join(', ');
}

/** Where an incremental read came to; other positions mean nothing to people. */
function reached(to: Json): string {
  if (typeof to !== 'object' || to === null || !('kind' in to) || to.kind !== 'cursor') return '';
  const { field, value } = to;
  return typeof field === 'string' && typeof value === 'string' ? ` up to ${field} ${value.slice(0, 40)}` : '';
}
