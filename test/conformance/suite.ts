import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createContext } from '../../src/engine/context.ts';
import type { Log } from '../../src/sdk/index.ts';
import { guarantees } from './guarantees.ts';
import type { Guarantee, Kit, Place, Trial } from './kit.ts';

const silent: Log = { info: () => undefined, warn: () => undefined };

/** Milliseconds after which a guarantee hangs: far more than any takes. */
const stuck = 120_000;

/** Part of a guarantee's name: only those run. */
const wanted = process.env['CONFORMANCE'] ?? '';

/**
 * Registers one test per guarantee that applies to the kit's connector. A waived one must fail; a waiver or a filter
 * that meets no guarantee is a failure of its own.
 */
export async function conformance(kit: Kit): Promise<void> {
  const applicable = await applicableTo(kit);
  const names = new Set(applicable.map(({ name }) => name));
  test(`${kit.name}: every waiver names a guarantee that applies`, () => {
    const unknown = Object.keys(kit.waivers).filter((name) => !names.has(name));
    assert.deepEqual(unknown, []);
  });
  const chosen = applicable.filter(({ name }) => name.includes(wanted));
  test(`${kit.name}: some guarantees are tried`, () => assert.notEqual(chosen.length, 0));
  for (const guarantee of chosen) {
    const waiver = kit.waivers[guarantee.name];
    const title = `${kit.name} ${guarantee.needs}: ${guarantee.name}`;
    if (waiver === undefined) test(title, { timeout: stuck }, () => tryOnce(guarantee, kit));
    else test(`${title} (waived: ${waiver})`, () => assert.rejects(tryOnce(guarantee, kit), 'it holds: remove the waiver'));
  }
}

async function applicableTo(kit: Kit): Promise<readonly Guarantee[]> {
  await using place: Place = await kit.place();
  const { source, destination } = place.connection;
  const facts = { source, destination, place, holds: (type: Parameters<Kit['holds']>[0]) => kit.holds(type) };
  return guarantees.filter(({ needs, applies }) => facts[needs] !== undefined && (applies?.(facts) ?? true));
}

async function tryOnce(guarantee: Guarantee, kit: Kit): Promise<void> {
  const stateDir = await mkdtemp(join(tmpdir(), 'headgate-conformance-'));
  try {
    await using stack = new AsyncDisposableStack();
    const place = stack.use(await kit.place());
    const open = async (signal: AbortSignal) => stack.use(await createContext({ stateDir, signal, log: silent }));
    const trial: Trial = {
      kit,
      place,
      context: await open(new AbortController().signal),
      cancellable: async () => {
        const controller = new AbortController();
        return { context: await open(controller.signal), abort: () => controller.abort() };
      },
    };
    await guarantee.run(trial);
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}
