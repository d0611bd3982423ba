/** `folder`: a server that writes what it is sent to the disk, and does nothing else; prints its address. A GET tells its seconds of CPU. */
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const folder = process.argv[2] ?? '.';
let count = 0;
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const { user, system } = process.cpuUsage();
    return void response.end(String((user + system) / 1e6));
  }
  const path = join(folder, `bare-${(count += 1)}`);
  pipeline(request, createWriteStream(path, { flush: true })).then(
    () => response.writeHead(200).end(),
    () => response.writeHead(500).end(),
  );
}).listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`); // it listens on a port
});
