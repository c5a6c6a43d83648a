// The script of a panel: asks the extension what to show, and shows it.
import type { PanelIdentity, ViewSettings } from '../../server/protocol/panel.ts';
import { RpcError } from '../../server/protocol/rpcPeer.ts';
import type { Figure, FigurePage } from '../charts/figure.ts';
import { registerCharts } from '../charts/registerCharts.ts';
import { readTheme, watchTheme } from '../theme.ts';
import { comparePage } from './comparePage.ts';
import { connectHost } from './connection.ts';
import type { EditorApi, PanelHost } from './connection.ts';
import { runPage } from './runPage.ts';
import { keepState, readSettings } from './settings.ts';
import { causesOf, codeOf, failedState, loadingState } from './state.ts';

declare function acquireVsCodeApi(): EditorApi;

function start(root: HTMLElement, api: EditorApi): void {
  let figures: readonly Figure[] = [];
  let settings: ViewSettings = readSettings(api.getState());
  let identity: PanelIdentity | null = null;
  let isDrawn = false;

  const draw = (): void => {
    const theme = readTheme(document.documentElement);
    for (const figure of figures) figure.draw(theme);
  };
  const drawSoon = (): void => {
    if (isDrawn) return;
    isDrawn = true;
    // An editor that changes its theme changes a class and hundreds of variables: one drawing for all of them.
    requestAnimationFrame(() => {
      isDrawn = false;
      draw();
    });
  };
  /** Those of the page once it is there; asked for before, they are waited for. */
  const shownFigures = async (): Promise<readonly Figure[]> => {
    await showing;
    return figures;
  };
  const host: PanelHost = connectHost(api, {
    requests: {
      charts: async () => (await shownFigures()).map(({ id, title }) => ({ id, title })),
      async chartImage({ id }) {
        const figure = (await shownFigures()).find((one) => one.id === id);
        if (figure === undefined) {
          throw new RpcError({ message: `The page shows no chart "${id}"`, code: 'chart-missing' });
        }
        return new Uint8Array(await (await figure.image()).arrayBuffer());
      },
    },
    notifications: {
      runChanged() {
        showing = show();
      },
    },
  });
  const pageOf = (figure: string): FigurePage => ({
    save(name, content) {
      void saveWith(host, name, content);
    },
    get choices() {
      return settings[figure] ?? {};
    },
    chosen(choices) {
      settings = { ...settings, [figure]: { ...settings[figure], ...choices } };
      if (identity !== null) keepState(api, identity, settings);
    },
  });
  const fill = (content: HTMLElement, shown: readonly Figure[] = []): void => {
    root.replaceChildren(content);
    figures = shown;
    draw();
  };
  const show = async (): Promise<void> => {
    if (identity === null) fill(page(loadingState('Opening the report …')));
    try {
      const answer = await host.request('open', null);
      identity = answer.identity;
      keepState(api, identity, settings);
      const [first] = answer.runs;
      if (identity.view === 'compare') {
        const { element, figures: shown } = comparePage(answer.runs, pageOf('comparison'));
        fill(element, shown);
      } else if (first !== undefined) {
        const { element, figures: shown } = runPage(first, host, pageOf);
        fill(element, shown);
      }
    } catch (error) {
      fill(
        page(
          openFailed(error, host, identity ?? keptIdentity(api.getState()), () => {
            showing = show();
          }),
        ),
      );
    }
  };
  registerCharts();
  watchTheme(drawSoon);
  let showing = show();
}

/** What was shown before, as far as the page knows when the extension cannot say. */
function keptIdentity(state: unknown): PanelIdentity | null {
  return typeof state === 'object' && state !== null && 'view' in state ? (state as PanelIdentity) : null;
}

function openFailed(
  error: unknown,
  host: PanelHost,
  identity: PanelIdentity | null,
  again: () => void,
): HTMLElement {
  const isMissing = codeOf(error) === 'run-missing';
  const showRuns = {
    label: 'Show Runs',
    run: () => {
      host.notify('showRuns', null);
    },
  };
  const tryAgain = { label: 'Try Again', run: again };
  const runAgain =
    identity?.view === 'run'
      ? [
          {
            label: 'Measure Again',
            run: () => {
              host.notify('runAgain', { uri: identity.uri });
            },
          },
        ]
      : [];
  return failedState(
    isMissing ? 'This run is no longer there' : 'The report cannot be opened',
    causesOf(error),
    isMissing ? [showRuns, ...runAgain] : [tryAgain, showRuns, ...runAgain],
  );
}

async function saveWith(host: PanelHost, name: string, content: Blob): Promise<void> {
  const isText = content.type.startsWith('text/');
  await host.request('saveFile', {
    name,
    content: isText ? await content.text() : new Uint8Array(await content.arrayBuffer()),
  });
}

function page(state: HTMLElement): HTMLElement {
  state.classList.add('page');
  return state;
}

const root = document.getElementById('root');
if (root !== null) start(root, acquireVsCodeApi());
