import type { PanelHostContract, PanelPageContract } from '../../server/protocol/panel.ts';
import type { RpcMessage } from '../../server/protocol/rpc.ts';
import { connectPeers } from '../../server/protocol/rpcPeer.ts';
import type { Peer } from '../../server/protocol/rpcPeer.ts';

/** What the editor gives a page. */
export interface EditorApi {
  postMessage(message: RpcMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export type PanelHost = Peer<PanelHostContract>;

/** Connects the page to the extension. `runChanged` is told the URI of a run that was changed or removed. */
export function connectHost(api: EditorApi, runChanged: (uri: string) => void): PanelHost {
  return connectPeers<PanelPageContract, PanelHostContract>(
    {
      send(message) {
        api.postMessage(message);
      },
      onMessage(listener) {
        window.addEventListener('message', ({ data }) => {
          listener(data);
        });
      },
      // The page ends with its panel: there is nobody left to tell.
      onClose: () => undefined,
    },
    {
      requests: {},
      notifications: {
        runChanged: ({ uri }) => {
          runChanged(uri);
        },
      },
    },
    (error) => ({ message: error instanceof Error ? error.message : String(error), code: 'internal' }),
  );
}
