import { Refused } from '../../api/refused.ts';
import { isAway } from './insist.ts';
import type { Session } from './session.ts';

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Until a server that was away is looked for again. */
const awayMs = 2000;

/** Hears of what others do, until the signal: each answer comes as soon as there is something to say. */
export async function follow(session: Session, signal: AbortSignal): Promise<void> {
  let after: number | undefined;
  while (!signal.aborted) {
    const { state, failure } = session.snapshot;
    if (failure && !isAway(failure)) return;
    try {
      if (!state || failure || state.status === 'processing' || state.status === 'finishing') {
        await pause(failure ? awayMs : state ? 700 : 0, signal);
        if (!signal.aborted) await session.load();
        continue;
      }
      if (state.status !== 'review') return;
      // Waiting for news answers late: whether the server is there again is known sooner.
      if (session.snapshot.offline) {
        session.took(await session.client.state());
        session.back();
        continue;
      }
      const { people } = session.snapshot;
      const hearing = AbortSignal.any([signal, session.hearing()]);
      const changes = await session.client.changes((after ??= state.version), people, hearing);
      await session.changed(changes, after);
      after = changes.version;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.isLinkDead) return session.failed(error);
      session.away();
      await pause(awayMs, signal);
    }
  }
}
