import assert from 'node:assert/strict';
import type { Receipt } from '../../src/domain/receipt.ts';
import type { RunResult } from './run.ts';

const shown = ({ code, killed, stdout, stderr }: RunResult): string =>
  `the command ended with ${code ?? killed}\n${stdout}\n${stderr}`;

/** Every receipt that a `--json` run printed, each checked: whatever happened, its counts add up. */
export function receiptsOf(result: RunResult): readonly Receipt[] {
  const receipts = result.json.filter(({ type }) => type === 'receipt') as unknown as readonly Receipt[]; // as the command prints them
  for (const receipt of receipts) {
    const { read, written, added, changed, deduplicated, rejected } = receipt;
    assert.equal(read, written + deduplicated + rejected, `read = written + deduplicated + rejected\n${shown(result)}`);
    assert.equal(written, added + changed, `written = added + changed\n${shown(result)}`);
    assert.equal(receipt.state === 'succeeded', receipt.error === undefined, shown(result));
  }
  return receipts;
}

/** The receipt of a `--json` run of one stream that succeeded. */
export function receiptOf(result: RunResult, code = 0): Receipt {
  assert.equal(result.code, code, shown(result));
  const [receipt, ...others] = receiptsOf(result);
  assert.ok(receipt && others.length === 0, shown(result));
  assert.equal(receipt.state, 'succeeded', shown(result));
  return receipt;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What a `--json` run of one stream failed with. */
export function failureOf(result: RunResult): Failure {
  const [receipt] = receiptsOf(result);
  const error = result.json.find(({ type }) => type === 'error') as unknown as Failure | undefined; // as the command prints it
  const failure = receipt?.error ?? error;
  assert.ok(failure, `no error was printed\n${shown(result)}`);
  return failure;
}

/** Output that anyone may see: no secret, no row value, no statement, no stack. */
export function requireClean(result: RunResult, secrets: readonly string[]): void {
  const text = result.stdout + result.stderr;
  for (const secret of secrets) assert.ok(!text.includes(secret), `the output shows ${secret}\n${shown(result)}`);
  assert.doesNotMatch(text, /\bselect\b.*\bfrom\b|\binsert into\b|\bcopy \(|\bcreate (?:unlogged |temp )?table\b/i);
  assert.doesNotMatch(text, /\n\s+at /);
}
