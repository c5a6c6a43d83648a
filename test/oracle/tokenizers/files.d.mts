export const files: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
export const texts: readonly string[];
