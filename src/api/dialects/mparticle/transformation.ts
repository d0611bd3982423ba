/** Field transformations: which column becomes which part of an event batch. */
import { z } from 'zod';
import { auditFields, label, slug } from './fields.ts';
import type { Stored } from './objects.ts';

const places = [
  /^events\.event_type$/,
  /^events\.data\.custom_attributes\.[^.]+$/,
  /^events\.data\.(?!custom_attributes$)[^.]+$/,
  /^user_identities\.[^.]+$/,
  /^user_attributes\.[^.]+$/,
  /^device_info\.[^.]+$/,
  /^mpid$/,
  /^ip$/,
];

/** What the pipeline itself says. */
const own = new Set(['environment', 'schema_version']);

/** `$.events[0].data.x` is `events.data.x`. Pure. */
export const plainPlace = (path: string): string => path.replace(/^\$\./, '').replace(/^events\[0\]\./, 'events.');

const destination = z
  .string()
  .max(500)
  .transform(plainPlace)
  .superRefine((path, context) => {
    if (places.some((place) => place.test(path))) return;
    const message = own.has(path) ? `${path} is set by the pipeline` : 'no place in an event batch';
    context.addIssue({ code: 'custom', message });
  });

const column = z.string().min(1).max(500);
const none = z.null().optional();

const mapping = z.discriminatedUnion('mapping_type', [
  z.object({ mapping_type: z.literal('column'), source: column, destination, value: none }),
  z.object({ mapping_type: z.literal('static'), source: none, destination, value: z.string().max(10_000) }),
  z.object({ mapping_type: z.literal('ignore'), source: column, destination: none, value: none }),
]);

export const transformationBody = z.object({
  id: slug,
  name: label,
  destination_type: z.literal('event_batch'),
  mappings: z
    .array(mapping)
    .max(1000)
    .superRefine((mappings, context) => {
      const seen = new Set<string>();
      mappings.forEach(({ destination: path }, at) => {
        if (path == null) return;
        if (seen.has(path)) context.addIssue({ code: 'custom', path: [at, 'destination'], message: `${path} is mapped twice` });
        seen.add(path);
      });
    }),
});

export type TransformationBody = z.output<typeof transformationBody>;

const text = z.string().nullable();

export const transformationView = z.object({
  id: z.string(),
  name: z.string(),
  destination_type: z.literal('event_batch'),
  mappings: z.array(
    z.object({ mapping_type: z.enum(['column', 'static', 'ignore']), source: text, destination: text, value: text }),
  ),
  ...auditFields,
});

export function show({ id, body, audit }: Stored<TransformationBody>): z.input<typeof transformationView> {
  const mappings = body.mappings.map(({ mapping_type, source, destination: place, value }) => ({
    mapping_type,
    source: source ?? null,
    destination: place ?? null,
    value: value ?? null,
  }));
  return { id, name: body.name, destination_type: body.destination_type, mappings, ...audit };
}
