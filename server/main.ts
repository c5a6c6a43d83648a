import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './lsp/server.ts';

// How to talk is in the arguments: --node-ipc, --stdio, --socket, --pipe.
const connection = createConnection(ProposedFeatures.all);
serve(connection);
connection.listen();
