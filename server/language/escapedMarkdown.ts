/** Text of the user's files, of which nothing is markup in Markdown, nor ends the cell of a table. */
export function escapedMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>]/g, '\\$&').replace(/[\r\n]+/g, ' ');
}
