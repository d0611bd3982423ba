/** `bytes url…`: sends a part of that many bytes to each of them, four at a time, as the vendor's client does; prints milliseconds. */
import { Agent, request } from 'node:http';

const [, , bytes = '0', ...urls] = process.argv;
const body = Buffer.alloc(Number(bytes), 'x');
const agent = new Agent({ keepAlive: true });

async function send(url: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sending = request(url, { method: 'PUT', agent, headers: { 'content-length': body.length } });
  sending.on('error', reject).on('response', (answer) => {
    if (answer.statusCode !== 200) reject(new Error(`a part was answered with ${answer.statusCode}`));
    answer.on('end', resolve).resume();
  });
  sending.end(body);
  await promise;
}

const begun = performance.now();
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let url = urls.shift(); url !== undefined; url = urls.shift()) await send(url);
  }),
);
console.log(performance.now() - begun);
agent.destroy();
