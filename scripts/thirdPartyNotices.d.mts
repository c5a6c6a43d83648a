export function bundledPackages(): Promise<string[]>;

export function thirdPartyNotices(
  folders: { readonly bundled: readonly string[]; readonly separate: readonly string[] },
  os: string,
): string;
