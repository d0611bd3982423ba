/**
 * Loaded into a process of ours before anything else: its clock is the machine's, moved by as many milliseconds as stand in the file
 * that HEADGATE_TEST_CLOCK_FILE names. Timers go by the monotonic clock and do not notice, as when somebody sets the time.
 */
import { readFileSync } from 'node:fs';

const path = process.env['HEADGATE_TEST_CLOCK_FILE'] ?? '';
const Real = Date;

function moved(): number {
  return Real.now() + Number(readFileSync(path, 'utf8'));
}

if (path !== '') {
  globalThis.Date = new Proxy(Real, {
    construct: (_target, args: readonly unknown[]) => Reflect.construct(Real, args.length === 0 ? [moved()] : args) as Date, // it is no other constructor
    get: (target, name, receiver) => (name === 'now' ? moved : (Reflect.get(target, name, receiver) as unknown)),
  });
}
