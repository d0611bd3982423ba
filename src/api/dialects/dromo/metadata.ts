/** What is told of a finished import. Pure. */
import { z } from 'zod';
import { fieldPlace, fieldPlaces, type FieldPlace } from '../../../domain/fields/places.ts';
import type { StoredImport } from './imports-stored.ts';
import type { Findings } from './status.ts';
import { user, type User } from './user.ts';

export const cellError = z.object({
  rowIndex: z.number().int(),
  fieldKey: z.string(),
  message: z.string(),
  value: z.string(),
  manyToOneIndex: z.number().int().exactOptional(),
});

export const metadata = z.object({
  id: z.string(),
  filename: z.string().nullable(),
  importIdentifier: z.string(),
  user: user.nullable(),
  rowsWithError: z.array(z.number().int()),
  errors: z.array(cellError),
  totalErrors: z.number().int(),
  totalRowsWithError: z.number().int(),
  droppedRows: z.number().int(),
  rawHeaders: z.array(z.string()).nullable(),
  fields: z.record(z.string(), fieldPlace),
});

export const errorsOf = ({ errors }: Findings): z.input<typeof cellError>[] =>
  errors.map(({ part, ...error }) => ({ ...error, ...(part !== undefined && { manyToOneIndex: part }) }));

/** As a hook has said. */
export const toldUser = ({ told }: Findings): User | undefined => user.safeParse(told['user']).data;

export function metadataOf({ id, data }: StoredImport, found: Findings): z.input<typeof metadata> {
  return {
    id,
    filename: data.filename,
    importIdentifier: data.settings.importIdentifier ?? '',
    user: toldUser(found) ?? data.user,
    rowsWithError: found.invalidRows,
    errors: errorsOf(found),
    totalErrors: found.counts.errors,
    totalRowsWithError: found.counts.invalid,
    droppedRows: found.counts.dropped,
    rawHeaders: data.filename === null && !data.named ? null : found.headers,
    fields: found.places ?? earlierPlaces(data, found),
  };
}

/** Of an import whose places nobody has written down: fields that it does not know were made for their columns. */
function earlierPlaces({ fields }: StoredImport['data'], { headers, columns }: Findings): Record<string, FieldPlace> {
  const known = fields.map(({ key }) => key);
  const many = fields.flatMap(({ key, manyToOne }) => (manyToOne ? [key] : []));
  const custom = Object.keys(columns).filter((key) => !known.includes(key));
  return fieldPlaces({ headers, columns, many, custom, added: [] });
}
