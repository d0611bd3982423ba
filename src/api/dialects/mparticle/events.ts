/** What a pipeline of events reads: the columns of its model under their places in a batch, and what a batch must be like. Pure. */
import type { Json } from '../../../domain/json.ts';
import type { PipelineBody } from './pipeline.ts';
import { attributeLimits } from './limits.ts';
import type { TransformationBody } from './transformation.ts';

const types = [
  'custom_event',
  'commerce_event',
  'session_start',
  'session_end',
  'screen_view',
  'uninstall',
  'crash_report',
  'opt_out',
  'push_registration',
  'application_state_transition',
  'push_message',
  'network_performance',
  'breadcrumb',
];

const customTypes = [
  'attribution',
  'location',
  'media',
  'navigation',
  'search',
  'social',
  'transaction',
  'user_content',
  'user_preference',
  'other',
];

/** Columns that the rules below look at: there in any case. */
const [eventType, eventName, customType] = ['event_type', 'data.event_name', 'data.custom_event_type'] as const;
const time = 'data.timestamp_unixtime_ms';

const isCustom = { field: eventType, is: '=', value: 'custom_event' };
const custom = (condition: Json): Json => ({ any: [{ not: isCustom }, condition] });

const rules: readonly Json[] = [
  { rule: 'check', that: { field: eventType, in: types }, message: 'event_type is none of the known ones' },
  { rule: 'check', that: custom({ field: eventName, is: 'present' }), message: 'a custom_event needs an event_name' },
  {
    rule: 'check',
    that: custom({ field: customType, in: customTypes }),
    message: 'custom_event_type is none of the known ones',
  },
];

/** Its place in a batch, without the one event that all places go through. */
export const columnOf = (place: string): string => place.replace(/^events\./, '');

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;

export interface EventFlow {
  readonly sql: string;
  /** Columns that are not the model's own. */
  readonly added: number;
  readonly rename: Readonly<Record<string, string>>;
  readonly cast: Readonly<Record<string, string>>;
  readonly drop: readonly string[];
  readonly rules: readonly Json[];
  readonly others: string;
  readonly derive: Readonly<Record<string, Json>>;
}

/** Longer names of events are cut. */
const nameLength = 256;

/** A plain name is found in any case by every system. */
const reference = (source: string): string => `mapped.${/^[A-Za-z_]\w*$/.test(source) ? source : name(source)}`;

/** The text of a column of any type, not too long; an empty one is none. In words that all systems have. */
const shortText = (source: string): string => `substring(nullif(concat('', ${reference(source)}), ''), 1, ${nameLength})`;

/** Constants, and columns that go to two places, are columns of the query; a text without a value has a type everywhere. */
function wrapped(sql: string, added: ReadonlyMap<string, string>): string {
  if (added.size === 0) return sql;
  const columns = [...added].map(([column, value]) => `${value} as ${name(column)}`);
  return `select mapped.*, ${columns.join(', ')}\nfrom (\n${sql}\n) as mapped`;
}

/** Fields of one part of a batch, each with its name there. */
const placed = (fields: readonly (readonly [string, string])[], part: string): readonly (readonly [string, string])[] =>
  fields.filter(([, column]) => column.startsWith(`${part}.`)).map(([field, column]) => [field, column.slice(part.length + 1)]);

export function eventFlow(sql: string, { mappings }: TransformationBody, body: PipelineBody): EventFlow {
  const rename = new Map<string, string>();
  const added = new Map<string, string>();
  let named: string | undefined;
  for (const { mapping_type, source, destination, value } of mappings) {
    if (mapping_type === 'ignore') continue;
    const column = columnOf(destination);
    const long = column === eventName;
    if (mapping_type === 'static') added.set(column, quoted(long ? [...value].slice(0, nameLength).join('') : value));
    else if (long) named = (added.set(column, shortText(source)), source);
    else if (rename.has(source)) added.set(column, reference(source));
    else rename.set(source, column);
  }
  const there = new Set([...rename.values(), ...added.keys()]);
  for (const column of [eventType, eventName, customType]) if (!there.has(column)) added.set(column, "nullif('', '')");
  for (const column of added.keys()) rename.set(column, column);
  const iterator = body.sync_mode.iterator_field;
  const iterates = (field: string): boolean => field.toLowerCase() === iterator?.toLowerCase();
  const mapped = [...rename.keys()].some(iterates);
  const fields = [...rename];
  if (iterator !== undefined && !mapped) rename.set(iterator, iterator);
  // What only gave an event its name travels under that name.
  const used = named !== undefined && [...rename.keys()].some((field) => field.toLowerCase() === named.toLowerCase());
  const moment = fields.find(([, column]) => column === time)?.[0];
  const who = fields.find(([, column]) => column === 'mpid')?.[0];
  return {
    sql: wrapped(sql, added),
    added: added.size,
    rename: Object.fromEntries(rename),
    cast: moment === undefined ? {} : { [moment]: 'bigint' },
    drop: [
      ...mappings.flatMap(({ mapping_type, source }) => (mapping_type === 'ignore' ? [source] : [])),
      ...(named === undefined || used ? [] : [named]),
    ],
    rules,
    others: 'data.custom_attributes.{field}',
    derive: {
      into: 'events',
      objects: 'text',
      event: body.sync_mode.type === 'full' ? 'run' : 'content',
      ...(who !== undefined && { id: who }),
      ...(moment !== undefined && { time: { field: moment, unit: 'ms' } }),
      identities: placed(fields, 'user_identities').map(([field, type]) => ({ field, type })),
      with_identities: true,
      sets: { fields: Object.fromEntries(placed(fields, 'user_attributes')), limits: attributeLimits },
      except: iterator === undefined || mapped ? [] : [iterator],
      labels: labelsOf(body),
    },
  };
}

/** On every event of the pipeline, and on every batch that is posted on. */
export function labelsOf({
  environment,
  data_plan_id,
  data_plan_version,
  partner_feed_id,
}: PipelineBody): Readonly<Record<string, string>> {
  return {
    environment,
    ...(data_plan_id !== undefined && { data_plan: data_plan_id, data_plan_version: String(data_plan_version) }),
    ...(partner_feed_id !== undefined && partner_feed_id !== 0 && { feed: String(partner_feed_id) }),
  };
}
