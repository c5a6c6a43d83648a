import type { ProgressListener } from '../../server/protocol/progress.ts';
import { RpcError } from '../../server/protocol/rpcPeer.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';

export interface StateAction {
  readonly label: string;
  readonly run: () => void;
}

/** In the place of what is not there yet: says what is under way. */
export function loadingState(text: string): HTMLElement {
  return element('div', { class: 'state loading', role: 'status' }, element('p', {}, text));
}

/** As {@link loadingState}, for what tells how far it has come. */
export function progressState(text: string): { element: HTMLElement; update: ProgressListener } {
  const bar = element('progress', { 'aria-label': text });
  const stage = element('p', { class: 'quiet' });
  const state = loadingState(text);
  state.append(bar, stage);
  return {
    element: state,
    update({ stage: name, done, total, unit }) {
      if (total === undefined) return;
      bar.max = total;
      bar.value = done;
      stage.textContent = `${name}: ${formatNumber(done)} of ${formatNumber(total)} ${unit}`;
    },
  };
}

/** In the place of what cannot be shown: what is missing, why, and what can be done about it. */
export function failedState(
  title: string,
  causes: readonly string[],
  actions: readonly StateAction[],
): HTMLElement {
  return element(
    'div',
    { class: 'state failed', role: 'alert' },
    element('h2', {}, title),
    ...causes.map((cause) => element('p', {}, cause)),
    element(
      'div',
      { class: 'actions' },
      ...actions.map(({ label, run }, index) => {
        const button = element('button', { type: 'button', ...(index === 0 && { class: 'primary' }) }, label);
        button.addEventListener('click', run);
        return button;
      }),
    ),
  );
}

/** Why a request failed, in sentences. */
export function causesOf(error: unknown): string[] {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof RpcError && error.file !== undefined && !message.includes(error.file)
    ? [message, error.file]
    : [message];
}

/** The stable code of a failed request; `internal` for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof RpcError ? error.code : 'internal';
}
