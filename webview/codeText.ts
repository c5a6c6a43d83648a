import { element } from './element.ts';

/** A message for people as nodes of a page: what stands between backticks, as keys and commands do, is code. */
export function codeText(message: string): (Node | string)[] {
  return message
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 0 ? part : element('code', {}, part)))
    .filter((part) => part !== '');
}
