export function randomFile(seed: number): Readonly<Record<string, unknown>>;
export function randomTexts(seed: number): readonly string[];
