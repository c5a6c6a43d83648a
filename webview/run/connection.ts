import type { PanelHostContract, PanelPageContract } from '../../server/protocol/panel.ts';
import type { Handlers, RpcMessage } from '../../server/protocol/rpc.ts';
import { connectPeers } from '../../server/protocol/rpcPeer.ts';
import type { Peer } from '../../server/protocol/rpcPeer.ts';

/** What the editor gives a page. */
export interface EditorApi {
  postMessage(message: RpcMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export type PanelHost = Peer<PanelHostContract>;

/** Connects the page to the extension. */
export function connectHost(api: EditorApi, handlers: Handlers<PanelPageContract>): PanelHost {
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
    handlers,
    (error) => ({ message: error instanceof Error ? error.message : String(error), code: 'internal' }),
  );
}
