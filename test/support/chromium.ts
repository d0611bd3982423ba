/** A real browser: Debian's Chromium, driven by playwright-core. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { aptInstall } from './apt.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Throws with what stood in the way where there is none and none can be installed. */
export async function startChromium(): Promise<Browser> {
  const trouble = places.some(existsSync) ? undefined : aptInstall('chromium');
  const executablePath = places.find(existsSync);
  if (!executablePath) throw new Error(`no Chromium: ${trouble ?? 'not where it is looked for'}`);
  // Tests run as root in containers, where Chromium's own sandbox and its shared memory do not work.
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
