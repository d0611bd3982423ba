/** One run of the command with a blow to it. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, Proxy } from '../support/proxy.ts';
import { failureOf, start, tail } from './command.ts';
import type { Rig } from './rig.ts';
import type { Victim, WireFault } from './scenario.ts';

export interface Blow {
  /** False where the run ended before its time came: then a weaker blow is tried on the next run. */
  readonly landed: boolean;
  /** True where the command itself ended with 0. */
  readonly succeeded: boolean;
}

/** What a clean run takes: the measure of `share`. */
export interface CleanRun {
  readonly ms: number;
  readonly moved: Readonly<Record<'to-server' | 'to-client', number>>;
}

/** `attempt` counts from 0; each one strikes earlier than the one before. */
export function strike(rig: Rig, clean: CleanRun, attempt: number): Promise<Blow> {
  const { victim } = rig.scenario;
  switch (victim.kind) {
    case 'failpoint':
      return atFailpoint(rig, victim.name);
    case 'time':
      return atTime(rig, clean.ms * victim.share * 0.7 ** attempt);
    case 'server':
      return atServer(rig, victim);
    case 'wire':
      return onWire(rig, faultOf(victim.fault, clean, attempt), victim.fault);
  }
}

async function atFailpoint(rig: Rig, name: string): Promise<Blow> {
  const result = await start(rig, 'sync', { HEADGATE_FAILPOINT: name }).ended;
  if (result.killed === 'SIGKILL') return { landed: true, succeeded: false };
  throw new Error(`the failpoint ${name} was not reached; the command ended with ${result.code}:\n${tail(result)}`);
}

async function atTime(rig: Rig, ms: number): Promise<Blow> {
  const { kill, ended } = start(rig, 'sync');
  const timer = setTimeout(kill, ms);
  const result = await ended;
  clearTimeout(timer);
  if (result.killed === 'SIGKILL') return { landed: true, succeeded: false };
  return { landed: false, succeeded: failureOf(result) === undefined };
}

async function atServer(rig: Rig, { name }: Extract<Victim, { kind: 'server' }>): Promise<Blow> {
  const server = rig.destinationServer;
  if (!server) throw new Error('there is no server to kill');
  const pause = join(rig.folder, 'pause');
  const { ended } = start(rig, 'sync', { HEADGATE_FAILPOINT: name, HEADGATE_FAILPOINT_PAUSE: pause });
  let over = false;
  void ended.catch(() => undefined).then(() => (over = true));
  while (!existsSync(pause) && !over) await wait(5);
  if (over) throw new Error(`the failpoint ${name} was not reached:\n${tail(await ended)}`);
  await server.kill();
  await server.start();
  await rm(pause);
  return { landed: true, succeeded: failureOf(await ended) === undefined };
}

async function onWire(rig: Rig, fault: Fault, wire: WireFault): Promise<Blow> {
  const { proxy } = rig;
  if (!proxy) throw new Error('a wire fault needs a proxy');
  let landed = false;
  const happened = proxy.arm(fault).then(() => (landed = true));
  const { ended } = start(rig, 'sync');
  await Promise.race([happened, ended.catch(() => undefined)]);
  if (landed) await followUp(proxy, wire);
  const result = await ended;
  void proxy.arm(undefined);
  return { landed, succeeded: failureOf(result) === undefined };
}

async function followUp(proxy: Proxy, wire: WireFault): Promise<void> {
  if (wire.kind === 'stall-cut') {
    await wait(200);
    void proxy.arm({ kind: 'cut', direction: 'to-client', after: 0 });
  }
  if (wire.kind === 'refuse') {
    void proxy.arm({ kind: 'refuse' });
    await wait(wire.ms);
    void proxy.arm(undefined);
  }
}

/** What to arm. A fault that came too late comes earlier the next time. */
function faultOf(fault: WireFault, { moved }: CleanRun, attempt: number): Fault {
  if (fault.kind === 'lose-commit-reply') return { kind: fault.kind, skip: Math.max(0, fault.skip - attempt) };
  const { direction } = fault;
  const after = Math.floor(moved[direction] * fault.share * 0.4 ** attempt);
  return { kind: fault.kind === 'stall-cut' ? 'stall' : 'cut', direction, after };
}
