/** What a process says about its work: one line each, for programs or for people. */

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

type Value = string | number | boolean | null | undefined;

/** What a line is about: `{workspace, pipeline, run, request}` and what else there is to say. */
export type LogFields = Readonly<Record<string, Value>>;

export interface ProcessLog {
  say(level: LogLevel, message: string, fields?: LogFields): void;
  /** The same log, whose lines are all about this. */
  about(scope: LogFields): ProcessLog;
}

export interface LogOptions {
  /** The least that is said. */
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  write(line: string): void;
  now?(): Date;
}

export function openLog({ level, format, write, now = () => new Date() }: LogOptions, scope: LogFields = {}): ProcessLog {
  return {
    say(said, message, fields = {}) {
      if (levels.indexOf(said) < levels.indexOf(level)) return;
      const all = Object.entries({ ...scope, ...fields }).filter(([, value]) => value !== undefined);
      const about = all.map(([name, value]) => [name, hidden(name, value)] as const);
      const line = { time: now().toISOString(), level: said, message: withoutSecrets(message) };
      write(`${format === 'json' ? JSON.stringify({ ...line, ...Object.fromEntries(about) }) : asText(line, about)}\n`);
    },
    about: (more) => openLog({ level, format, write, now }, { ...scope, ...more }),
  };
}

export const silentLog: ProcessLog = { say: () => undefined, about: () => silentLog };

function asText(
  { time, level, message }: { readonly time: string; readonly level: LogLevel; readonly message: string },
  fields: readonly (readonly [string, Value])[],
): string {
  const facts = fields.map(([name, value]) => `${name}=${/[\s"=]/.test(String(value)) ? JSON.stringify(value) : String(value)}`);
  return [time, level.toUpperCase().padEnd(5), message.replaceAll(/[\r\n]+/g, ' '), ...facts].join(' ');
}

/** Where something unexpected came from: kinds and frames only, since drivers put values into their messages. */
export function causeOf(error: Error): LogFields {
  const parts: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : '';
    const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    parts.push([`${cause.name}${code}`, ...frames.slice(0, 12).map((line) => line.trim())].join('; '));
  }
  return { stack: parts.join('; caused by ') };
}

const secretName = /secret|password|passphrase|token|authorization|cookie|master.?key|api.?key/i;

function hidden(name: string, value: Value): Value {
  if (secretName.test(name)) return '…';
  return typeof value === 'string' ? withoutSecrets(value) : value;
}

/** Keys of ours, tokens of sessions, secrets of webhooks and passwords in addresses: nobody should have written them, so nobody reads them. */
function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\bhg_([A-Za-z0-9]+)_[\x21-\x7e]{16,}/g, 'hg_$1_…')
    .replaceAll(/\bhgs_[\w-]+/g, 'hgs_…')
    .replaceAll(/\bwhsec_[A-Za-z0-9+/=]+/g, 'whsec_…')
    .replaceAll(/(\w+:\/\/[^\s/:@]+):[^\s/@]+@/g, '$1:…@');
}
