import { setTimeout as wait } from 'node:timers/promises';
import type { Workbench } from './workbench.ts';

/** Milliseconds that the editor took to load and start the extension, as it tells itself once that is over. */
export async function activationTime(workbench: Workbench): Promise<number> {
  await workbench.runCommand('Developer: Show Running Extensions');
  const row = workbench.page.locator('.runtime-extensions-editor .monaco-list-row');
  const time = row.filter({ hasText: 'Modality Gap' }).locator('.activation-time');
  for (;;) {
    const [, milliseconds] = /(\d+)ms/.exec((await time.textContent()) ?? '') ?? [];
    if (Number(milliseconds) > 0) return Number(milliseconds);
    await wait(100);
  }
}
