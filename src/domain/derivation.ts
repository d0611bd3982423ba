/** What a publish makes of the rows of its table beside the table itself: profiles of users and groups, or events. */
import { z } from 'zod';

const field = z.string().min(1).max(500);

/** How many there may be, or how long; absent = any. */
const limits = z.strictObject({
  name: z.int().min(1).optional().meta({ description: 'Longer names of attributes are cut to so many characters' }),
  value: z.int().min(1).optional().meta({ description: 'A value with more characters is left out' }),
  list: z
    .strictObject({ entries: z.int().min(1), entry: z.int().min(1) })
    .optional()
    .meta({
      description: 'An array with more values, or one with more characters, is left out; `value` does not count for arrays then',
    }),
  count: z.int().min(1).optional().meta({ description: 'A row with more attributes is refused' }),
});

/** Field names are the stream's own; attributes are named after the columns, as `rename` calls them. */
export const derivationSpec = z
  .strictObject({
    into: z.enum(['profiles', 'events']),
    kind: z
      .string()
      .regex(/^(user|group:.{1,200})$/, 'user, or group:NAME')
      .default('user'),
    namespace: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,40}$/)
      .default('headgate')
      .meta({ description: 'Where the tables lie: events, profiles, identities' }),
    id: field.optional().meta({ description: 'The field that holds the id of the profile' }),
    identities: z
      .array(z.strictObject({ field, type: z.string().min(1).max(100) }))
      .max(40)
      .default([])
      .meta({ description: 'Fields that lead to a profile, strongest first' }),
    refused: z.array(z.string()).max(200).default([]).meta({ description: 'Values that identify nobody' }),
    event: z
      .union([z.enum(['content', 'run']), z.array(field).min(1)])
      .optional()
      .meta({
        description:
          'What an event is recognised by: its content, its content within one run, or fields. Absent: content, for a snapshot run',
      }),
    time: z
      .strictObject({ field, unit: z.enum(['s', 'ms']).optional() })
      .optional()
      .meta({ description: 'When it happened; a number counts from 1970 in `unit`' }),
    attributes: z.array(field).optional().meta({ description: 'Absent: all fields that have no other part in this' }),
    except: z.array(field).default([]).meta({ description: 'Fields that are no attributes' }),
    labels: z
      .record(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/), z.string().max(500))
      .default({})
      .meta({ description: 'Columns of events with one value for all: environment, feed' }),
    limits: limits.default({}),
    objects: z.enum(['json', 'text']).optional().meta({ description: 'How JSON objects are kept: as they are, or as texts' }),
    with_identities: z
      .boolean()
      .optional()
      .meta({ description: 'Events: what leads to the profile is among their properties, too' }),
    sets: z
      .strictObject({ fields: z.record(field, z.string().min(1)), limits: limits.omit({ count: true }).default({}) })
      .optional()
      .meta({ description: 'Events: fields that become properties of the profile as well, with their names there' }),
  })
  .refine(({ into, id, identities }) => into === 'events' || id !== undefined || identities.length > 0, {
    error: 'profiles need an id or identities',
    path: ['identities'],
  });

export type DerivationSpec = z.output<typeof derivationSpec>;

/** What came of it, added up over the publishes of a run. Absent from a receipt = the flow derives nothing. */
export interface DerivedCounts {
  /** Profiles that came into being; events that were added. */
  readonly added: number;
  /** Profiles with other properties than before. */
  readonly changed: number;
  /** Events that were taken back. */
  readonly removed: number;
  /** Identities that lead to a profile now and led nowhere before. */
  readonly linked: number;
  /** Identities of a row that belong to another profile than the row: they stay there. */
  readonly conflicts: number;
  /** Values that were left out, and names that were cut. */
  readonly dropped: number;
  readonly cut: number;
  /** Rows that were refused: nobody they are about, too many attributes, a time outside the calendar. */
  readonly rejects: Readonly<Record<RejectCode, number>>;
}

export const rejectCodes = ['identity.missing', 'attributes.limit', 'time.invalid'] as const;
export type RejectCode = (typeof rejectCodes)[number];
