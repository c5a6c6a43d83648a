export interface SeparatePart {
  readonly part: string;
  readonly licence: string;
  readonly source: string;
  readonly notice?: string;
}

export function separatePartOf(name: string, os: string): SeparatePart | undefined;

export function isAllowed(expression: unknown, further?: string): boolean;

export function isLicenceFile(path: string): boolean;
