/** Waiting for the connection. */

/** Until the browser says that it is connected again, ten seconds at most. */
export function later(tries: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(10_000, 1000 * 2 ** tries));
    addEventListener('online', done);
  });
}
