import { access, constants, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HeadgateError } from '../../domain/error.ts';
import { refName, type TableInfo, type TableRef } from '../../domain/schema.ts';
import type {
  Claim,
  Context,
  Destination,
  Finding,
  Publish,
  PublishRequest,
  PublishResult,
  TableWriter,
  Target,
  WriteRequest,
} from '../../sdk/index.ts';
import { asFileError, exists } from './durable.ts';
import { isErrno } from '../../domain/errno.ts';
import { makePlain } from './input/plain.ts';
import { filesBelow, isPattern, tablePath, type FileConfig } from './location.ts';
import { isDecided, locked, readManifest, recover, withPublish, writeManifest, type Manifest } from './manifest.ts';
import { publishFiles } from './publish.ts';
import { contentOf } from './schema.ts';
import { dropStaged, stagedName } from './staged.ts';
import { FileWriter } from './writer.ts';

/** Files on local disk, published by rename under a manifest. */
export class FileDestination implements Destination {
  readonly #config: FileConfig;
  readonly #context: Context;
  readonly #manifest: string;

  constructor(config: FileConfig, context: Context) {
    this.#config = config;
    this.#context = context;
    this.#manifest = filesBelow(config.path).manifest;
  }

  async check(): Promise<readonly Finding[]> {
    const folder = dirname(this.#manifest);
    try {
      await access((await this.#makes(folder)) ? dirname(folder) : folder, constants.W_OK);
      return [];
    } catch (error) {
      const { code, message, hint } = asFileError(error, `writing to ${folder}`);
      return [{ level: 'error', code, message, hint }];
    }
  }

  async describe(table: TableRef): Promise<TableInfo | undefined> {
    const path = tablePath(this.#config, table.name);
    if (!(await exists(path))) return undefined;
    const plain = await makePlain({ path, name: path }, this.#config, this.#context);
    // A csv file holds text: what a column means is decided by what is written to it.
    const { schema, rows, files } = await contentOf(this.#config, [plain], this.#context, false);
    if (files.some((file) => file.path !== path)) {
      throw new HeadgateError(
        'file.format',
        `writing ${path}: the file that is there is packed, or not as such files are written`,
        {
          hint: 'name another file, or remove this one',
        },
      );
    }
    return { schema, unique: [], required: [], ...(rows !== undefined && { estimatedRows: rows }) };
  }

  async ledger(pipeline: string): Promise<readonly Publish[]> {
    const manifest = await readManifest(this.#manifest);
    const { pending } = manifest;
    const settled = pending && (await isDecided(pending.moves)) ? withPublish(manifest, pending.publish) : manifest;
    return settled.publishes.filter((publish) => publish.pipeline === pipeline);
  }

  async claim(pipeline: string, wanted?: number): Promise<Claim> {
    return await this.#alone(`claiming ${this.#config.path}`, async (manifest) => {
      const current = manifest.fences[pipeline] ?? 0;
      const fence = wanted ?? current + 1;
      if (fence < current)
        throw new HeadgateError('publish.fenced', `claiming pipeline ${pipeline}: a newer run has taken it over`);
      await writeManifest(this.#manifest, { ...manifest, fences: { ...manifest.fences, [pipeline]: fence } });
      await dropStaged(dirname(this.#manifest), filesBelow(this.#config.path).depth, pipeline);
      const last = manifest.publishes.find((publish) => publish.pipeline === pipeline);
      return { fence, ...(last && { last }) };
    });
  }

  async open(request: WriteRequest): Promise<TableWriter> {
    const { target, pipeline, attempt, ordinal } = request;
    checkMode(this.#config, target);
    const file = tablePath(this.#config, target.table.name);
    await this.#folder(file).catch((error: unknown) => {
      throw asFileError(error, `writing ${file}`);
    });
    return new FileWriter(stagedName(file, pipeline, `${attempt}-${ordinal}`), this.#config.format, request, this.#context);
  }

  async publish(request: PublishRequest): Promise<PublishResult> {
    return await this.#alone(`publishing to ${this.#config.path}`, async (manifest) => {
      const already = manifest.publishes.find(({ token, pipeline }) => token === request.token && pipeline === request.pipeline);
      if (already) return { status: 'already', tables: already.tables };
      if (manifest.fences[request.pipeline] !== request.fence) {
        throw new HeadgateError('publish.fenced', `publishing pipeline ${request.pipeline}: another run has taken it over`);
      }
      return await publishFiles(request, {
        manifest,
        manifestPath: this.#manifest,
        format: this.#config.format,
        context: this.#context,
        fileOf: (table) => tablePath(this.#config, table.name),
        pendingOf: (file) => stagedName(file, request.pipeline, 'pending'),
      });
    });
  }

  explain(target: Target): readonly string[] {
    const file = tablePath(this.#config, target.table.name);
    const how = target.policy.mode === 'append' ? 'copy with the new rows' : 'new file';
    return [`write a ${how} beside ${file}, sync it, rename it`, `record the publish in ${this.#manifest}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** As the only writer of these files, with whatever a killed publish left behind completed. */
  async #alone<T>(doing: string, work: (manifest: Manifest) => Promise<T>): Promise<T> {
    try {
      await this.#folder(this.#manifest);
      return await locked(
        this.#manifest,
        async () => await work(await recover(this.#manifest, await readManifest(this.#manifest))),
      );
    } catch (error) {
      throw asFileError(error, doing);
    }
  }

  /** The folder of a pattern (`out/`, `out/{stream}.csv`) is made where it is missing, and so is what `{stream}` stands in below it. */
  async #folder(file: string): Promise<void> {
    const folder = dirname(this.#manifest);
    // Several streams of one command may find it missing at the same time.
    if (await this.#makes(folder)) {
      await mkdir(folder).catch((error: unknown) => {
        if (!isErrno(error, 'EEXIST')) throw error;
      });
    }
    await access(folder);
    if (isPattern(this.#config.path)) await mkdir(dirname(file), { recursive: true });
  }

  async #makes(folder: string): Promise<boolean> {
    return isPattern(this.#config.path) && !(await exists(folder));
  }
}

function checkMode({ format }: FileConfig, { table, policy, add, content }: Target): void {
  const doing = `writing ${refName(table)}`;
  if (policy.mode === 'append' && format === 'parquet')
    throw new HeadgateError('usage.mode', `${doing}: a Parquet file cannot grow; replace it`);
  if (content === 'changes') throw new HeadgateError('usage.mode', `${doing}: a file takes no change stream`);
  if (policy.mode === 'append' && format === 'csv' && add.length > 0) {
    throw new HeadgateError(
      'schema.incompatible',
      `${doing}: the csv file has no column ${add[0]?.name ?? ''}, and rows cannot get one later`,
    );
  }
}
