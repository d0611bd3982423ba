/** Events and users as batches, the JSON that endpoints for events take. Numbers keep all their digits. Pure. */
import type { ForwardLabels } from './forward.ts';

/** A number as its text, which JSON.stringify writes as it is. */
interface RawJson {
  readonly rawJSON: string;
}

/** In the standard since 2025, and not yet in the declarations of our compiler. */
const exact = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, at: { readonly source: string }) => unknown): unknown;
  rawJSON(text: string): RawJson;
};

type Values = Record<string, unknown>;

/** The members of an object, with numbers as the texts that they were. */
export function exactMembers(text: string): readonly (readonly [string, unknown])[] {
  const read = exact.parse(text, (_, value, { source }) => (typeof value === 'number' ? exact.rawJSON(source) : value));
  return typeof read === 'object' && read !== null ? Object.entries(read) : [];
}

export const exactValue = (text: string): unknown => exactMembers(`{"":${text}}`)[0]?.[1];

export interface EventRow {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: string;
  /** A JSON object. Names are places in a batch: `event_type`, `data.…`, `user_identities.…`; all others are attributes of the event. */
  readonly properties: string;
}

export interface UserRow {
  readonly id: string;
  /** The id of the profile; one of digits only is told. */
  readonly profile: string;
  readonly identities: Readonly<Record<string, string>>;
  /** Names, and values as JSON. */
  readonly attributes: readonly (readonly [string, string])[];
}

const custom = 'data.custom_attributes';
/** Longest first: a name belongs to the first one that it begins with. */
const parts = [custom, 'data', 'user_identities', 'user_attributes', 'device_info'] as const;
type Part = (typeof parts)[number];

interface Placed {
  readonly top: Values;
  readonly event: Values;
  readonly in: Readonly<Record<Part, Values>>;
}

/** Whatever a name is, it is no more than a name in here. */
const bare = (): Values => Object.create(null) as Values; // an object without anything

function placed(properties: string): Placed {
  const all: Placed = {
    top: {},
    event: {},
    in: { [custom]: bare(), data: bare(), user_identities: bare(), user_attributes: bare(), device_info: bare() },
  };
  for (const [name, value] of exactMembers(properties)) {
    const part = parts.find((one) => name.startsWith(`${one}.`));
    if (part !== undefined) all.in[part][name.slice(part.length + 1)] = value;
    else if (name === 'event_type') all.event[name] = value;
    else if (name === 'mpid' || name === 'ip') all.top[name] = numeric(value);
    else all.in[custom][name] = value;
  }
  return all;
}

/** A user's number may be a text in the warehouse. */
const numeric = (value: unknown): unknown =>
  typeof value === 'string' && /^-?[1-9]\d{0,18}$/.test(value) ? exact.rawJSON(value) : value;

const some = (name: string, values: Values): Values => (Object.keys(values).length === 0 ? {} : { [name]: values });

function labelled({ environment = 'production', data_plan, data_plan_version, feed }: ForwardLabels): Values {
  const version = data_plan_version === undefined ? {} : { plan_version: numeric(data_plan_version) };
  return {
    environment,
    ...(data_plan !== undefined && { context: { data_plan: { plan_id: data_plan, ...version } } }),
    ...(feed !== undefined && { partner_feed_id: numeric(feed) }),
  };
}

/** One event is one batch. */
export function eventBatch({ id, at, properties }: EventRow, labels: ForwardLabels): string {
  const { top, event, in: parted } = placed(properties);
  const data = {
    ...parted.data,
    timestamp_unixtime_ms: exact.rawJSON(at),
    source_message_id: id,
    ...some('custom_attributes', parted[custom]),
  };
  return JSON.stringify({
    source_request_id: id,
    ...labelled(labels),
    ...top,
    ...some('user_identities', parted.user_identities),
    ...some('user_attributes', parted.user_attributes),
    ...some('device_info', parted.device_info),
    events: [{ event_type: 'custom_event', ...event, data }],
  });
}

/** A user is a batch without events. */
export function userBatch({ id, profile, identities, attributes }: UserRow, labels: ForwardLabels): string {
  const given = Object.fromEntries(attributes.map(([name, value]) => [name, exactValue(value)]));
  return JSON.stringify({
    source_request_id: id,
    ...labelled(labels),
    ...(/^-?[1-9]\d{0,18}$/.test(profile) && { mpid: exact.rawJSON(profile) }),
    ...some('user_identities', identities),
    ...some('user_attributes', given),
    events: [],
  });
}

/** Bytes of one request. */
const mostBytes = 1 << 20;

/** Where the next request ends: so many batches, and no more bytes than an endpoint takes, but one at least. */
export function requestEnd(batches: readonly string[], from: number, most: number): number {
  let bytes = 2;
  let at = from;
  while (at < batches.length && at - from < most) {
    bytes += Buffer.byteLength(batches[at] ?? '') + 1;
    if (bytes > mostBytes && at > from) break;
    at += 1;
  }
  return at;
}
