/** Where the page's parts are, as a webview addresses them. */
export interface PageSources {
  /** What a webview calls its own origin in a policy. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** Fresh for each page: letters and digits. */
  readonly nonce: string;
}

/**
 * The page around a report. Only its own script and style sheet are let in; pictures come as data: nothing is fetched
 * from anywhere.
 */
export function panelPage({ cspSource, script, style, nonce }: PageSources): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `img-src data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${style}">
    <title>Modality Gap</title>
  </head>
  <body>
    <main id="root"></main>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}
