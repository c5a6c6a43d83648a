export class HostUnavailable extends Error {}
export function installHost(report: (text: string) => void): {
  readonly node: string;
  readonly entry: string;
};
