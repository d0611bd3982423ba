/** Options → what a person asked for, before any stream is known. Pure. Throws `usage.*`. */
import { HeadgateError } from '../domain/error.ts';
import { readRejectLimit, type RejectLimit, type WriteMode } from '../domain/policy.ts';
import { parseType, type LogicalType } from '../domain/types.ts';
import type { FlowRequest } from '../engine/request.ts';
import type { OptionName, Values } from './options.ts';

export function readRequest(values: Values): FlowRequest {
  const { read, write } = readModes(values);
  refuseIdle(values, read, write);
  const key = names(values.key);
  const select = names(values.select);
  return {
    read,
    ...(write && { write }),
    ...(key && { key }),
    policy: {
      nulls: values.nulls === 'keep' ? 'keep' : 'write',
      deletes: choice(values.deletes, ['hard', 'soft', 'ignore']) ?? 'hard',
      existing: choice(values.existing, ['any', 'fail', 'recreate']) ?? 'any',
      evolution: choice(values['on-schema-change'], ['evolve', 'freeze', 'discard']) ?? 'evolve',
      ...(values.version !== undefined && { version: [values.version] }),
    },
    ...(values.cursor !== undefined && { cursor: values.cursor }),
    window: readWindow(values),
    shape: {
      ...(select && { select }),
      ...(values.where !== undefined && { where: values.where }),
      rename: Object.fromEntries((values.rename ?? []).map((text) => pair('rename', text))),
      cast: Object.fromEntries((values.cast ?? []).map((text) => castPair(text))),
      mask: Object.fromEntries((values.mask ?? []).map((text) => maskPair(text))),
    },
    ...(values.into !== undefined && { into: values.into }),
    allowDelete: values['allow-delete'] === true,
    rejects: { ...readLimit(values['max-rejects'] ?? '0'), ...(values.rejects !== undefined && { file: values.rejects }) },
  };
}

/** `--mode` names how to read, or (as most people think of it) how to write everything that is read. */
function readModes({ mode = 'snapshot', write }: Values): Pick<FlowRequest, 'read' | 'write'> {
  const writes = ['append', 'replace', 'merge', 'mirror'] as const;
  const given = choice(write, writes);
  const whole = choice(mode, writes);
  if (mode === 'incremental') {
    if (given === 'replace' || given === 'mirror') {
      throw new HeadgateError('usage.mode', `an incremental read sees only part of the rows, so it cannot ${given} a table`, {
        hint: 'choose --write merge or append, or leave --mode incremental out',
      });
    }
    return { read: 'incremental', ...(given && { write: given }) };
  }
  if (whole && given && whole !== given)
    throw new HeadgateError('usage.mode', `--mode ${whole} and --write ${given} contradict each other`);
  return { read: 'snapshot', write: given ?? whole ?? 'replace' };
}

const onlyIncremental: readonly OptionName[] = ['cursor', 'lookback', 'from', 'until', 'null-cursor', 'strict'];

/** An option that would do nothing is a misunderstanding. */
function refuseIdle(values: Values, read: FlowRequest['read'], write: WriteMode | undefined): void {
  const idle = (name: OptionName, needs: string): HeadgateError =>
    new HeadgateError('usage.mode', `--${name} does nothing without ${needs}`, { hint: `add ${needs}, or leave --${name} out` });
  const unused = onlyIncremental.find((name) => values[name] !== undefined);
  if (read !== 'incremental' && unused !== undefined) throw idle(unused, '--mode incremental');
  if (values.deletes !== undefined && write !== 'mirror') throw idle('deletes', '--mode mirror');
  const merges = write === undefined || write === 'merge' || write === 'mirror';
  if (values.version !== undefined && !merges) throw idle('version', '--mode merge');
  if (values.nulls !== undefined && !merges) throw idle('nulls', '--mode merge');
  if (values.existing === 'recreate' && write !== 'replace') {
    throw new HeadgateError('usage.mode', '--existing recreate is for --mode replace: other modes keep the rows of the table');
  }
}

function readWindow(values: Values): FlowRequest['window'] {
  return {
    window: {
      ...(values.from !== undefined && { from: values.from }),
      fromInclusive: true,
      ...(values.until !== undefined && { to: values.until }),
      toInclusive: true,
      ...(values.lookback !== undefined && { lookback: values.lookback }),
      advance: 'max-read',
    },
    nulls: choice(values['null-cursor'], ['include', 'skip', 'fail']) ?? 'include',
    strict: values.strict === true,
  };
}

function readLimit(text: string): RejectLimit {
  const limit = readRejectLimit(text);
  if (limit) return limit;
  throw new HeadgateError('usage.arguments', `--max-rejects cannot be ${JSON.stringify(text)}`, {
    hint: 'write a count, or a share: 1%',
  });
}

/** A whole number above zero. Throws `usage.arguments`. */
export function readCount(name: OptionName, text: string): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new HeadgateError('usage.arguments', `--${name} cannot be ${JSON.stringify(text)}`, {
    hint: 'write a whole number above zero',
  });
}

const choice = <T extends string>(text: string | undefined, choices: readonly T[]): T | undefined =>
  choices.find((name) => name === text);

function names(texts: readonly string[] | undefined): readonly string[] | undefined {
  const list = texts?.flatMap((text) => text.split(',')).map((name) => name.trim());
  if (list?.some((name) => name === ''))
    throw new HeadgateError('usage.arguments', 'a list of fields has an empty name', { hint: 'write a,b,c' });
  return list;
}

function pair(name: OptionName, text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new HeadgateError('usage.arguments', `--${name} cannot be ${JSON.stringify(text)}`, {
    hint: `write --${name} field=${{ cast: 'type', mask: 'hash' }[String(name)] ?? 'column'}`,
  });
}

function castPair(text: string): readonly [string, LogicalType] {
  const [field, type] = pair('cast', text);
  return [field, parseType(type)];
}

function maskPair(text: string): readonly [string, 'hash' | 'drop'] {
  const [field, how] = pair('mask', text);
  const mask = choice(how, ['hash', 'drop']);
  if (mask) return [field, mask];
  throw new HeadgateError('usage.arguments', `--mask cannot be ${JSON.stringify(text)}`, {
    hint: `write --mask ${field}=hash or --mask ${field}=drop`,
  });
}
