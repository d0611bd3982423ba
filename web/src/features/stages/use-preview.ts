import { useEffect, useState } from 'react';
import type { Preview } from '../../api/wire.ts';
import type { Session } from '../review/session.ts';

/** The first rows of the file as they are, asked for once. */
export function usePreview(session: Session): Preview | undefined {
  const [preview, setPreview] = useState<Preview>();
  useEffect(() => {
    let current = true;
    session.tried(session.client.preview().then((answer) => current && setPreview(answer)));
    return () => {
      current = false;
    };
  }, [session]);
  return preview;
}
