/**
 * The README as an editor shows it on the page of the extension. That page has no folder to look for pictures and files
 * in, and takes pictures from `https:` alone; without a repository there is no such place for them. So pictures are left
 * out, and links to files become the text that they show. Links within the page and to the web stay.
 *
 * @param {string} text Markdown
 */
export function packagedReadme(text) {
  return text
    .replace(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n+/gm, '')
    .replace(/(?<!!)\[([^\]]*)\]\((?!#|\w+:)[^)]*\)/g, '$1');
}
