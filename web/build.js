// Builds the page into dist/web, where its tools are installed: after `npm ci`, before publishing, with `npm run build`. Plain old
// JavaScript: npm may call it with a Node that cannot read types. `--if-older` leaves a page alone that is newer than its sources.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const web = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const built = join(web, '..', 'dist', 'web', 'index.html');

function newest(folder) {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
  });
  return Math.max(...times);
}

const fresh = process.argv.includes('--if-older') && existsSync(built) && statSync(built).mtimeMs > newest(web);
// Without development dependencies there is nothing to build with, and nothing that asks for it.
const vite = fresh ? undefined : await import('vite').catch(() => undefined);
if (vite) await vite.build({ configFile: join(web, 'vite.config.ts') });
