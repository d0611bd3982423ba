/** How many rows a stream has, as its source reads them: one field of each. */
import type { StreamRef } from '../domain/schema.ts';
import type { Connection, Context } from '../sdk/index.ts';
import { withRows } from './first-rows.ts';

/** Throws `stream.missing`, and what dialling throws. */
export async function rowsOf(source: NonNullable<Connection['source']>, context: Context, stream: StreamRef): Promise<number> {
  return await withRows(
    source,
    context,
    stream,
    async (_columns, batches) => {
      let rows = 0;
      for await (const batch of batches) rows += batch.length;
      return rows;
    },
    1,
  );
}
