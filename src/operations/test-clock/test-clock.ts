import { HeadgateError } from '../../domain/error.ts';
import type { OpContext, TestClockPort } from '../operation.ts';

/** Throws `object.missing` where time is real, `access.scope` for a key of one workspace: the clock is everybody's. */
export function requireTestClock({ actor, testClock }: OpContext): TestClockPort {
  if (!testClock) throw new HeadgateError('object.missing', 'this server goes by real time');
  if (actor.workspace !== undefined) throw new HeadgateError('access.scope', 'this key belongs to one workspace');
  return testClock;
}
