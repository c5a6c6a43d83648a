/** One column of a table for people. Numbers stand best to the right. */
export interface TextColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Rows as lines with aligned columns, two spaces apart; columns that are empty throughout are left out. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] {
  const shown = columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ index }) => rows.some((cells) => cells[index] !== ''));
  const widths = shown.map(({ title, index }) =>
    Math.max(title.length, ...rows.map((cells) => cells[index]!.length)),
  );
  const line = (cells: readonly string[]) =>
    shown
      .map(({ align }, at) => {
        const cell = cells[at]!;
        return align === 'right' ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!);
      })
      .join('  ')
      .trimEnd();
  return [
    line(shown.map(({ title }) => title)),
    ...rows.map((cells) => line(shown.map(({ index }) => cells[index]!))),
  ];
}
