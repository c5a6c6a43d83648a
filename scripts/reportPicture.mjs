// The README's picture: `node scripts/reportPicture.mjs <report.html>` writes media/report.png (needs Chromium).
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [report] = process.argv.slice(2);
if (report === undefined) {
  process.stderr.write('Usage: node scripts/reportPicture.mjs <report.html>\n');
  process.exit(2);
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
const page = await browser.newPage({ viewport: { width: 1080, height: 1330 } });
await page.goto(pathToFileURL(resolve(report)).href);
// Charts draw themselves within half a second.
await page.waitForTimeout(1000);
await page.screenshot({ path: join(root, 'media', 'report.png') });
await browser.close();
