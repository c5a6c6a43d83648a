import type { Locator } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** Agrees to the name that a dialog for saving suggests. */
export async function acceptSaveDialog({ page, quickInput, quickPickRows }: Workbench): Promise<void> {
  await page.waitForFunction(() =>
    document.querySelector<HTMLInputElement>('.quick-input-widget input.input')?.value.startsWith('/'),
  );
  // The folder is listed once the dialog takes an answer.
  await quickPickRows.filter({ has: page.getByText('..', { exact: true }) }).waitFor();
  await quickInput.press('Enter');
}

/** Goes on from a modal question by one of its buttons. */
export async function answerModal({ page }: Workbench, button: string): Promise<void> {
  await page.locator('.monaco-dialog-box').getByRole('button', { name: button, exact: true }).click();
}

/** Chooses from the menu of something in a list. */
export async function chooseFromMenu(workbench: Workbench, row: Locator, title: string): Promise<void> {
  const item = workbench.contextMenuItem(title).first();
  // A menu that was opened before an extension registered its commands never gains them.
  await workbench.untilSeen(item, () => row.click({ button: 'right' }));
  await item.hover();
  // By key: a menu ignores the mouse for a moment after it was opened.
  await workbench.page.keyboard.press('Enter');
}

/** Waits for the question with this title: the one before may have answers that read the same. */
export async function questionTitled({ page }: Workbench, title: string): Promise<void> {
  await page.locator('.quick-input-widget:visible .quick-input-title').getByText(title).waitFor();
}

function question({ page }: Workbench, placeholder: string): Locator {
  return page.locator(`.quick-input-widget:visible input.input[placeholder^="${placeholder}"]`);
}

/** Waits for the question whose field begins to ask so: the one before may have answers that read the same. */
export async function questionAsking(workbench: Workbench, placeholder: string): Promise<void> {
  await question(workbench, placeholder).waitFor();
}

/** Answers the question after the names of modalities. */
export async function nameModalities(workbench: Workbench, names: string): Promise<void> {
  await question(workbench, 'Names of the modalities').fill(names);
  await workbench.page.keyboard.press('Enter');
}
