import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, errors, type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { chromiumFlags } from '../../chromium.ts';
import type { CodeServer } from './codeServer.ts';

/** Ignored by version control; what a run of the tests leaves to look at. */
const pictures = fileURLToPath(new URL('../../../.e2e/', import.meta.url));

/** For what never comes, in milliseconds: with other work on the machine a step takes several times as long. */
const patience = 180_000;

/** The editor's window in a browser, driven as a person would. */
export class Workbench {
  /** Requests that left this machine. */
  readonly outsideRequests: string[] = [];
  /** What the pages' security policies refused, and errors that no page caught. */
  readonly complaints: string[] = [];
  readonly page: Page;
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page, { url }: CodeServer) {
    this.#browser = browser;
    this.page = page;
    page.setDefaultTimeout(patience);
    page.context().on('request', (request) => {
      const { protocol, hostname, host } = new URL(request.url());
      // Pictures and scripts of webviews, which the editor's service worker answers.
      const isAnsweredHere = hostname.endsWith('.vscode-resource.vscode-cdn.net');
      const isOwn = ['data:', 'blob:'].includes(protocol) || host === new URL(url).host;
      if (!isOwn && !isAnsweredHere) this.outsideRequests.push(request.url());
    });
    page.context().on('weberror', (error) => this.complaints.push(error.error().message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(message.text());
    });
  }

  /** Opens a folder and waits until the side bar shows something. */
  static async open(server: CodeServer, program: string, folder: string): Promise<Workbench> {
    const browser = await chromium.launch({ executablePath: program, args: chromiumFlags });
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
    const workbench = new Workbench(browser, await context.newPage(), server);
    await workbench.page.goto(`${server.url}/?folder=${encodeURIComponent(folder)}`);
    await workbench.#ready();
    return workbench;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** By the editor's own command, which keeps what is open before it reloads; the browser's reload may not. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.#ready();
  }

  async #ready(): Promise<void> {
    await this.page.locator('.sidebar .monaco-list-row, .sidebar .welcome-view').first().waitFor();
  }

  /** Starts a command by its title in the palette, as `Category: Title` where it has a category. */
  async runCommand(title: string): Promise<void> {
    const row = this.quickPickRows.filter({ has: this.page.getByText(title, { exact: true }) }).first();
    // A palette that was opened before an extension registered its commands never gains them.
    const open = async () => {
      await this.page.keyboard.press('F1');
      await this.#type(`>${title}`);
    };
    // What takes the focus late, such as a panel, closes the palette again.
    let isChosen = false;
    while (!isChosen) {
      await this.untilSeen(row, open);
      isChosen = await row.click({ timeout: 2000 }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof errors.TimeoutError) return false;
          throw error;
        },
      );
    }
  }

  /** Titles that the palette lists for what is typed, once a command is among them. */
  async paletteTitles(typed: string, known: string): Promise<string[]> {
    const row = this.quickPickRows.filter({ has: this.page.getByText(known, { exact: true }) }).first();
    await this.untilSeen(row, async () => {
      await this.page.keyboard.press('F1');
      await this.#type(`>${typed}`);
    });
    const titles = await this.quickPickRows.locator('.label-name').allTextContents();
    await this.page.keyboard.press('Escape');
    return titles;
  }

  /** Opens a file of the workspace in an editor. */
  async openFile(name: string): Promise<void> {
    const row = this.quickPickRow(name);
    await this.untilSeen(row, async () => {
      await this.page.keyboard.press('ControlOrMeta+P');
      await this.#type(name);
    });
    await row.click();
    await this.page.locator(`.tabs-container [data-resource-name="${name}"].active`).waitFor();
    await this.page.locator('.monaco-editor.focused').waitFor();
  }

  /** Types into the quick input. A panel that takes the focus late closes it: then nothing is typed. */
  async #type(text: string): Promise<void> {
    await this.quickInput.fill(text, { timeout: 2000 }).catch((error: unknown) => {
      if (!(error instanceof errors.TimeoutError)) throw error;
    });
  }

  /** Repeats a way to something until it is there, with menus and the quick input closed in between. */
  async untilSeen(seen: Locator, tryOnce: () => Promise<void>): Promise<void> {
    const deadline = Date.now() + patience;
    for (;;) {
      await tryOnce();
      const isSeen = await seen.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
      if (isSeen) return;
      if (Date.now() > deadline) throw new Error(`Not seen in ${patience} ms: ${seen.toString()}`);
      await this.page.keyboard.press('Escape');
    }
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input.input');
  }

  get quickPickRows(): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
  }

  /** The first row of a quick pick that shows a text: rows keep, hidden, what the question before showed in them. */
  quickPickRow(text: string | RegExp): Locator {
    return this.quickPickRows.filter({ has: this.page.getByText(text).filter({ visible: true }) }).first();
  }

  /** Chooses the entry of an open quick pick that has this text. */
  async pick(text: string | RegExp): Promise<void> {
    // The tooltip of a row that the pointer happens to lie on would cover the rows below it.
    await this.page.mouse.move(0, 0);
    await this.quickPickRow(text).click();
  }

  /** Chooses a file of the open folder in the editor's dialog. */
  async chooseFile(name: string): Promise<void> {
    await this.#dialogRow('..').waitFor();
    await this.#dialogRow(name).click();
  }

  /** Chooses a folder of the open folder in the editor's dialog, by the button with this text. */
  async chooseFolder(name: string, button: string): Promise<void> {
    await this.chooseFile(name);
    await this.page.waitForFunction(
      (end) =>
        document.querySelector<HTMLInputElement>('.quick-input-widget input.input')?.value.endsWith(end),
      `/${name}/`,
    );
    await this.#dialogRow('..').waitFor();
    const dialog = this.page.locator('.quick-input-widget:visible');
    await dialog.getByRole('button', { name: button, exact: true }).click();
  }

  #dialogRow(name: string): Locator {
    return this.quickPickRows.filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Changes the colours as a person does. `kind` is what the editor's page and those of panels then have as class. */
  async setTheme(name: string, kind: 'vs' | 'vs-dark' | 'hc-black'): Promise<void> {
    await this.runCommand('Preferences: Color Theme');
    await this.quickInput.fill(name);
    await this.quickPickRow(name).click();
    await this.quickInput.waitFor({ state: 'hidden' });
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor();
  }

  /** Toasts in the corner. */
  get notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item');
  }

  notification(text: string | RegExp): Locator {
    return this.notifications.filter({ hasText: text });
  }

  /** The page inside the webview of the active editor. */
  get panel(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .last()
      .contentFrame()
      .frameLocator('iframe#active-frame');
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text });
  }

  /** Rows of a list or tree in the side bar. */
  viewRows(view: string): Locator {
    return this.page.locator(`.pane:has(.pane-header[aria-label^="${view}"]) .monaco-list-row`);
  }

  /** The canvas of a figure of the panel, by the figure's id. */
  chart(id: string): Locator {
    return this.panel.locator(`#${id} .plot canvas`);
  }

  tab(name: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab').filter({ hasText: name });
  }

  /** Opens the extension's container in the side bar. */
  async showSideBar(title: string): Promise<void> {
    await this.page.locator(`.activitybar .action-label[aria-label^="${title}"]`).click();
  }

  explorerRow(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name });
  }

  contextMenuItem(title: string): Locator {
    return this.page.locator('.monaco-menu .action-item').filter({ hasText: title });
  }

  /** Shows the hover over a word of the open text, and gives what it says. */
  async hover(word: string): Promise<Locator> {
    const content = this.page.locator('.monaco-hover:not(.hidden) .hover-contents');
    await this.page.locator('.view-line span span').filter({ hasText: word }).first().hover();
    await content.first().waitFor();
    return content;
  }

  /** Writes a picture of the window for people to look at. */
  async picture(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }
}
