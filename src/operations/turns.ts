/** Bytes of uploads give way: a request that is answered in a moment is answered first, and chunks are handled a few at a time. */

/** Chunks that are summed and handed on before everybody else in this process is heard again. */
const most = 2;

/** While others are being answered: one chunk in so many milliseconds, so that uploads still end where somebody always asks. */
const pauseMs = 4;

/** Who takes longer than this waits for somebody else than us. */
const momentMs = 200;

let others = 0;
let running = false;
const waiting: (() => void)[] = [];

/** Resolves when the next chunk may be taken. */
export async function turn(): Promise<void> {
  await new Promise<void>((go) => {
    waiting.push(go);
    if (!running) schedule();
  });
}

/** The work of a request that moves no bytes. */
export async function ahead<T>(work: () => Promise<T>): Promise<T> {
  others += 1;
  let counted = true;
  const release = (): void => {
    if (counted) others -= 1;
    counted = false;
  };
  const timer = setTimeout(release, momentMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    release();
  }
}

function schedule(): void {
  running = true;
  if (others > 0) setTimeout(next, pauseMs);
  else setImmediate(next);
}

function next(): void {
  for (const go of waiting.splice(0, others > 0 ? 1 : most)) go();
  running = false;
  if (waiting.length > 0) schedule();
}
