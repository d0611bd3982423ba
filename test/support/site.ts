import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { headgate, type RunOptions, type RunResult } from './run.ts';

/** What a test file works with that has servers of its own: a folder, a state directory, and the command. */
export class Folder implements AsyncDisposable {
  readonly folder: string;
  readonly stateDir: string;

  constructor(folder: string) {
    this.folder = folder;
    this.stateDir = join(folder, 'state');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file; resolves to its path. */
  file(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** `headgate ARGS --json`. */
  run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return headgate([...args, '--json'], { stateDir: this.stateDir, cwd: this.folder, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What one test file works with: a server, a folder, a state directory, and the command. */
export class Site extends Folder {
  readonly server: TestPostgres;

  constructor(server: TestPostgres, folder: string) {
    super(folder);
    this.server = server;
  }

  /** The rows of a table or query at any location, each value as text. */
  async rows(location: string, sql: string): Promise<readonly (readonly (string | null)[])[]> {
    if (location.startsWith('postgres:')) return await this.server.sql(location, sql);
    const { json, stdout, stderr } = await this.run(['query', sql, '--in', location]);
    if (!json.some(({ type }) => type === 'columns')) throw new Error(`reading rows back: ${stdout}${stderr}`);
    return json.filter(({ type }) => type === 'row').map(({ values }) => values as (string | null)[]); // as query prints them
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await super[Symbol.asyncDispose]();
  }
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'headgate-e2e-'));

export async function openSite(): Promise<Site> {
  return new Site(await startPostgres(), newFolder());
}

export const openFolder = (): Folder => new Folder(newFolder());
