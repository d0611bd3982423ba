/** `connections seconds url authorization`: asks on so many connections, one request after the other on each; prints milliseconds. */
import { Agent, request } from 'node:http';

const [, , connections = '1', seconds = '1', url = '', authorization = ''] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const times: number[] = [];
const [warm, end] = [performance.now() + 2_000, performance.now() + 2_000 + Number(seconds) * 1000];

async function ask(): Promise<void> {
  const begun = performance.now();
  await new Promise<void>((done, fail) => {
    const sending = request(url, { agent, headers: { authorization } }, (answer) => {
      if (answer.statusCode !== 200) fail(new Error(`answered with ${answer.statusCode}`));
      answer.resume().on('end', done).on('error', fail);
    });
    sending.on('error', fail).end();
  });
  // What is compiled at first is not what a request costs.
  if (begun > warm) times.push(performance.now() - begun);
}

const one = async (): Promise<void> => {
  while (performance.now() < end) await ask();
};
await Promise.all(Array.from({ length: Number(connections) }, one));
agent.destroy();
process.stdout.write(JSON.stringify(times.map((time) => Math.round(time * 1000) / 1000)));
