/** Reading the rows of a range: the filter in the source's own SQL, and how many rows it leaves. */
import { HeadgateError } from '../domain/error.ts';
import { boundsOf, type Range, type RangePolicy } from '../domain/range.ts';
import { refName, type StreamInfo, type StreamRef } from '../domain/schema.ts';
import { quoteName } from '../sdk/duck-sql.ts';
import type { Connection, Context } from '../sdk/index.ts';

type SourceFacts = NonNullable<Connection['source']>;

/** The field of the stream that a policy names, in whatever case. Throws `cursor.missing`. */
function fieldOf({ schema, stream }: StreamInfo, wanted: string): string {
  const names = schema.fields.map(({ name }) => name);
  const found = names.find((name) => name === wanted) ?? names.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return found;
  throw new HeadgateError('cursor.missing', `${refName(stream)} has no field ${JSON.stringify(wanted)}`, {
    hint: `the fields are: ${names.slice(0, 20).join(', ')}`,
  });
}

/** Both ends of the range are included, rows without a value are not; undefined = every row. Pure. */
export function rangeFilter(policy: RangePolicy, range: Pick<Range, 'from' | 'to'>, stream: StreamInfo): string | undefined {
  if (policy.mode === 'whole' || policy.field === undefined) return undefined;
  const { lower, upper } = boundsOf(range, policy.unit);
  const name = quoteName(fieldOf(stream, policy.field));
  if (lower !== undefined && upper !== undefined) return `${name} between ${lower} and ${upper}`;
  if (upper !== undefined) return `${name} <= ${upper}`;
  // All rows that have a value at all.
  return lower === undefined ? `${name} is not null` : `${name} >= ${lower}`;
}

/** Throws `fields.limit`. */
export function requireFewFields({ most_fields, own_fields = 0 }: RangePolicy, { schema, stream }: StreamInfo): void {
  const count = schema.fields.length - own_fields;
  if (most_fields === undefined || count <= most_fields) return;
  const says = `${refName(stream)} has ${count} fields, more than the limit of ${most_fields}`;
  throw new HeadgateError('fields.limit', says);
}

/** As the source itself counts them. */
export async function countRows(
  source: SourceFacts,
  context: Context,
  { name, query }: StreamRef,
  where: string | undefined,
): Promise<number> {
  const filter = where === undefined ? '' : `\nwhere ${where}`;
  const counting = { name, query: `select count(*) as counted from (\n${query ?? ''}\n) as counted_rows${filter}` };
  await using opened = await source.open(context);
  const [info] = await opened.discover([counting]);
  const [field] = info?.schema.fields ?? [];
  if (!info || !field) throw new HeadgateError('stream.query', `counting the rows of ${name}: the source describes nothing`);
  const projection = { columns: [{ from: field.name, as: field.name }] };
  const chunks: Uint8Array[] = [];
  const request = { flows: [{ stream: info.stream, schema: info.schema, projection }], mode: 'snapshot', format: 'csv' } as const;
  for await (const event of opened.read(request)) if (event.type === 'bytes') chunks.push(Buffer.from(event.data));
  const text = Buffer.concat(chunks).toString('utf8').trim();
  if (!/^\d+$/.test(text))
    throw new HeadgateError('read.incomplete', `counting the rows of ${name}: the source answered no number`);
  return Number(text);
}
