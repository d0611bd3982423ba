/** Events as a mail: plain text, so there is nothing to escape and nothing to click. Pure. */
import type { EventKind } from '../domain/notification.ts';
import type { Json } from '../domain/json.ts';
import { grouped } from '../domain/count.ts';

export interface ToldEvent {
  readonly kind: EventKind;
  readonly at: Date;
  /** `data` of its body. */
  readonly data: { readonly [name: string]: Json };
}

export interface Mail {
  readonly subject: string;
  readonly text: string;
  /** What the sender is called; absent = by its address. */
  readonly fromName?: string;
  /** An address. */
  readonly replyTo?: string;
}

const words: Readonly<Record<EventKind, string>> = {
  'run.succeeded': 'succeeded',
  'run.with_rejects': 'refused rows',
  'run.failed': 'failed',
  'run.held': 'waits for your decision: it would delete suspiciously much',
  'run.stalled': 'has not ended for a long time',
  'import.completed': 'an import has come to its end',
  'import.needs_review': 'an import waits for your decision',
  'import.failed': 'an import has failed',
  'webhook.disabled': 'was given up: nothing could be delivered for days',
  'webhook.test': 'a test',
  'mail.asked': 'a mail',
  'disk.budget': 'is fuller than its budget',
};

/** More are counted, not listed. */
const mostListed = 100;

/** `events` has at least one. `subscription` and `workspace` say why people get it. */
export function mailOf(events: readonly ToldEvent[], subscription: string, workspace: number): Mail {
  const [first] = events;
  if (first?.kind === 'mail.asked') return { subject: line(text(first.data['subject'])), text: text(first.data['text']) };
  const subject =
    first && events.length === 1
      ? `${line(nameOf(first))} ${words[first.kind].split(':')[0]}`
      : `${events.length} events: ${counts(events)}`;
  const listed = events.slice(0, mostListed).flatMap((event) => [...paragraph(event), '']);
  const more = events.length > mostListed ? [`... and ${events.length - mostListed} more.`, ''] : [];
  const why = `You get this mail because of the notification "${line(subscription)}" of workspace ${workspace}; whoever may change it there can end it.`;
  return { subject: `[Headgate] ${subject}`, text: [...listed, ...more, '-- ', why, ''].join('\n') };
}

function counts(events: readonly ToldEvent[]): string {
  const groups = [...Map.groupBy(events, ({ kind }) => kind)];
  return groups.map(([kind, some]) => `${some.length} ${kind}`).join(', ');
}

function paragraph(event: ToldEvent): readonly string[] {
  const { kind, at, data } = event;
  const error = data['error'];
  const told = typeof error === 'object' && error !== null && 'message' in error ? error : undefined;
  const facts = (
    ['run', 'rows_read', 'rows_written', 'rows_rejected', 'rows_deleted', 'used_bytes', 'budget_bytes'] as const
  ).flatMap((name) =>
    data[name] === undefined || data[name] === null ? [] : [`  ${name.replaceAll('_', ' ')}: ${text(data[name])}`],
  );
  return [
    `${line(nameOf(event))} ${words[kind]}`,
    `  at: ${at.toISOString()}`,
    ...facts,
    ...(told
      ? [`  ${line(text(told['code']))}: ${line(text(told['message']))}`, `  what to do: ${line(text(told['hint']))}`]
      : []),
  ];
}

function nameOf({ data }: ToldEvent): string {
  const { pipeline, subscription } = data;
  if (typeof pipeline === 'object' && pipeline !== null && 'name' in pipeline) return text(pipeline['name']);
  return typeof subscription === 'string' ? subscription : 'Headgate';
}

const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? grouped(value) : '';

/** A name is one line, whatever it holds: in a header a second one would be a header of its own. */
const line = (name: string): string => name.replaceAll(/[\r\n\u2028\u2029\u0000-\u001f]+/g, ' ').slice(0, 500);
