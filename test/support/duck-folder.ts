import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duck } from '../../src/sdk/index.ts';
import { openDuck } from '../../src/staging/duck.ts';

/** A DuckDB and the folder it works in, which go together. */
export class DuckFolder implements AsyncDisposable {
  readonly duck: Duck;
  readonly folder: string;

  constructor(duck: Duck, folder: string) {
    this.duck = duck;
    this.folder = folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.duck[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true });
  }
}

/** A new one, of the given kind. */
export async function openDuckFolder<T extends DuckFolder>(Kind: new (duck: Duck, folder: string) => T): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'headgate-duck-folder-'));
  return new Kind(await openDuck({}, { scratch, signal: new AbortController().signal }), scratch);
}
