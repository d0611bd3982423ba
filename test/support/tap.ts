import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** A wire to a server on loopback that keeps the first bytes of every client, in the order of their arrival. */
export async function tapWire(t: TestContext, port: number): Promise<{ port: number; first: Buffer[] }> {
  const first: Buffer[] = [];
  const wire = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.once('data', (bytes: Buffer) => first.push(bytes));
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on('error', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await once(wire, 'listening');
  t.after(() => wire.close());
  return { port: (wire.address() as AddressInfo).port, first }; // a TCP server's address
}
