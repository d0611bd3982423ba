import type { ErrorCode } from '../domain/codes.ts';
import { HeadgateError } from '../domain/error.ts';
import { nameOf, type Hook } from './hooks.ts';

/**
 * A hook that could not be run to its end. `message` names hook and row. `said` is what the hook itself threw, cut to one
 * line of 500 characters: its author's words, which may hold values, so they are for those who may see the rows.
 */
export class HookError extends HeadgateError {
  readonly hook: Hook;
  /** The row's index, where one is known. */
  readonly row: number | undefined;
  readonly said: string | undefined;

  constructor(
    code: ErrorCode,
    hook: Hook,
    what: string,
    { row, said }: { row?: number | undefined; said?: string | undefined } = {},
  ) {
    super(code, `running ${nameOf(hook)}${row === undefined ? '' : ` on row ${row}`}: ${what}`);
    this.name = 'HookError';
    this.hook = hook;
    this.row = row;
    this.said = said === undefined ? undefined : oneLine(said);
  }
}

/** Control characters would let a text pretend to be several, or to be something else. */
const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, 500);
