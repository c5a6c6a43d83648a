import type { PanelIdentity, PanelState, ViewSettings } from '../../server/protocol/panel.ts';
import type { EditorApi } from './connection.ts';

/** The choices that were made before the page was closed or reloaded; none where nothing valid was kept. */
export function readSettings(state: unknown): ViewSettings {
  const settings: unknown = isRecord(state) ? state['settings'] : undefined;
  if (!isRecord(settings)) return {};
  return Object.fromEntries(
    Object.entries(settings).flatMap(([figure, choices]) =>
      isRecord(choices) && Object.values(choices).every((choice) => typeof choice === 'string')
        ? [[figure, choices as Record<string, string>] as const]
        : [],
    ),
  );
}

/** Keeps what a page shows and how; all that it takes to show it again, and no data. */
export function keepState(api: EditorApi, identity: PanelIdentity, settings: ViewSettings): void {
  const state: PanelState = Object.keys(settings).length === 0 ? identity : { ...identity, settings };
  api.setState(state);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
