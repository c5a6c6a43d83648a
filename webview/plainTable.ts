/** What a chart shows, as rows: for the table under it and for its CSV file. */
export interface PlainTable {
  readonly columns: readonly { readonly name: string; readonly unit: string }[];
  readonly rows: readonly (readonly (string | number)[])[];
}
