/** Flows that derive profiles and events, run in this process into each destination that keeps them. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { connect } from '../../src/cli/locations.ts';
import { flowSpec } from '../../src/domain/pipeline.ts';
import type { Receipt } from '../../src/domain/receipt.ts';
import { buildFlow } from '../../src/engine/build-flow.ts';
import { createContext } from '../../src/engine/context.ts';
import type { Flow, Session } from '../../src/engine/flow.ts';
import { forgetFlow } from '../../src/engine/forget.ts';
import { flowRequest } from '../../src/engine/pipeline-flow.ts';
import { runFlow } from '../../src/engine/run.ts';
import type { Duck, Forgotten } from '../../src/sdk/index.ts';
import { openDuck } from '../../src/staging/duck.ts';
import type { TestPostgres } from './postgres.ts';

export type Spec = z.input<typeof flowSpec>;
export type Rows = readonly (readonly (string | null)[])[];

export const destinations = ['duckdb', 'postgres'] as const;
export type DestinationName = (typeof destinations)[number];

export interface DerivationSite extends AsyncDisposable {
  readonly source: string;
  readonly destination: string;
  readonly stateDir: string;
  /** Statements at the source. */
  change(sql: string): Promise<unknown>;
  /** Statements at the destination. */
  disturb(sql: string): Promise<unknown>;
  /** Rows of the destination. */
  ask(sql: string): Promise<Rows>;
  run(spec: Spec): Promise<Receipt>;
  forget(spec: Spec): Promise<Forgotten>;
  /** The file of refused rows, by its header; none where there is no file. It goes. */
  rejects(): Promise<readonly Readonly<Record<string, string>>[]>;
}

export async function derivationSite(server: TestPostgres, name: DestinationName): Promise<DerivationSite> {
  const stateDir = await mkdtemp(join(tmpdir(), 'headgate-derive-'));
  const source = await server.database();
  const path = join(stateDir, 'w.duckdb');
  const destination = name === 'duckdb' ? `duckdb:${path}` : await server.database();
  const inDuck = async <T>(act: (duck: Duck) => Promise<T>): Promise<T> => {
    await using duck = await openDuck({ path }, { scratch: stateDir, signal: new AbortController().signal });
    return await act(duck);
  };
  const site = { source, destination, stateDir };
  return {
    ...site,
    change: async (sql) => await server.sql(source, sql),
    disturb: async (sql) =>
      name === 'duckdb' ? await inDuck(async (duck) => await duck.run(sql)) : await server.sql(destination, sql),
    ask: async (sql) =>
      name === 'duckdb' ? await inDuck(async (duck) => await duck.rows(sql)) : await server.sql(destination, sql),
    run: async (spec) => await withFlow(site, spec, runFlow),
    forget: async (spec) => await withFlow(site, spec, forgetFlow),
    async rejects() {
      const file = join(stateDir, 'rejects.csv');
      await using duck = await openDuck({}, { scratch: stateDir, signal: new AbortController().signal });
      const rows = existsSync(file) ? await duck.rows(`select to_json(r) from read_csv('${file}', all_varchar = true) r`) : [];
      await rm(file, { force: true });
      return rows.map(([json]) => JSON.parse(json ?? '{}') as Readonly<Record<string, string>>); // texts by their names
    },
    [Symbol.asyncDispose]: async () => await rm(stateDir, { recursive: true, force: true }),
  };
}

type Place = Pick<DerivationSite, 'source' | 'destination' | 'stateDir'>;

/** What a stored pipeline's flow does in a worker. */
export async function withFlow<T>(place: Place, spec: Spec, act: (flow: Flow, session: Session) => Promise<T>): Promise<T> {
  const { signal } = new AbortController();
  const shared = { stateDir: place.stateDir, signal, log: { info: () => undefined, warn: () => undefined } };
  const [source, destination] = [await connect(place.source, 'source', {}), await connect(place.destination, 'destination', {})];
  const asked = flowSpec.parse(spec);
  await using context = await createContext(shared);
  await using opened = await source.source?.open(context);
  const [stream] = (await opened?.discover([{ name: asked.stream ?? '' }])) ?? [];
  if (!stream) throw new Error('there is no such stream');
  const flow = buildFlow(flowRequest(asked, join(place.stateDir, 'rejects.csv')), stream, {
    name: asked.into ?? stream.stream.name,
  });
  return await act(flow, { ...shared, source, destination, parallel: 1, partitionBytes: Infinity, onProgress: () => undefined });
}
