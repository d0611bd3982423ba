/** `node test/review/serve.ts [rows] [port]`: a server with an import in review, until it is stopped; prints the address of its page. */
import { open } from '../../src/api/dialects/dromo/harness.ts';
import { fields, sample, settings } from './sample.ts';

const rows = Number(process.argv[2] ?? 5000);
const bench = await open(Number(process.argv[3] ?? 0));
const wanted = { fields, settings, original_filename: 'people.csv' };
const made = await bench.imported(wanted, [...sample(rows)].join(''));
console.log(String(made['status']), String(made['review_url']));
process.once('SIGINT', () => void bench.close().then(() => process.exit(0)));
process.once('SIGTERM', () => void bench.close().then(() => process.exit(0)));
