import { useSyncExternalStore } from 'react';
import type { Session, Snapshot } from './session.ts';

export function useSession(session: Session): Snapshot {
  return useSyncExternalStore(session.subscribe, () => session.snapshot);
}
