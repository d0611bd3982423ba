import type { Json } from '../../domain/json.ts';
import type { BlockRange } from './select.ts';
import type { Session } from './session.ts';

/** Cuts blocks into at most `target` ranges; the last one is open, so that nothing can lie behind it. Pure. */
export function cutBlocks(blocks: number, target: number): readonly BlockRange[] {
  const parts = Math.max(1, Math.min(target, blocks));
  const edges = Array.from({ length: parts - 1 }, (_, index) => Math.floor((blocks * (index + 1)) / parts));
  return Array.from({ length: parts }, (_, index) => {
    const [from, to] = [edges[index - 1], edges[index]];
    return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  });
}

export async function partitionBlocks(session: Session, oid: string, target: number): Promise<readonly Json[]> {
  const sql = `select (pg_relation_size($1::oid) / current_setting('block_size')::int)::text as blocks`;
  const { blocks } = await session.row(sql, 'measuring the table', [oid]);
  return cutBlocks(Number(blocks), target).map((range): Json => ({ ...range }));
}
