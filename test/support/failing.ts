import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ErrorCode } from '../../src/domain/codes.ts';
import { failureOf, requireClean } from './receipts.ts';
import type { Site } from './site.ts';

/** A command that must fail, and what it has to say. */
export interface Failing {
  readonly name: string;
  readonly args: readonly string[];
  readonly code: ErrorCode;
  /** What was being done, or is wrong. */
  readonly says: RegExp;
  /** What to do. */
  readonly hint: RegExp;
}

export function fails(name: string, args: readonly string[], code: ErrorCode, says: RegExp, hint: RegExp): Failing {
  return { name, args, code, says, hint };
}

/** One test per case, two at a time, but one per DuckDB file, which has one opener. `secrets` = passwords and row values, which no output may show. */
export function playFailures(site: Site, group: string, cases: readonly Failing[], secrets: readonly string[]): void {
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = async <T>(args: readonly string[], run: () => Promise<T>): Promise<T> => {
    const file = args.find((arg) => arg.startsWith('duckdb:'));
    if (file === undefined) return await run();
    const turn = (turns.get(file) ?? Promise.resolve()).then(run);
    turns.set(
      file,
      turn.catch(() => undefined),
    );
    return await turn;
  };
  suite(group, { concurrency: 2 }, () => {
    for (const { name, args, code, says, hint } of cases) {
      test(name, async () => {
        const result = await inTurn(args, () => site.run(args));
        const failure = failureOf(result);
        assert.deepEqual([failure.code, result.code], [code, code.startsWith('usage.') ? 2 : 1], failure.message);
        assert.match(failure.message, says);
        assert.match(failure.hint, hint);
        requireClean(result, secrets);
      });
    }
  });
}
