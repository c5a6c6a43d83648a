/** What the tests use of vsce, which has no types of its own. */
declare module '@vscode/vsce' {
  export enum PackageManager {
    None = 2,
  }
  export function listFiles(options: {
    readonly cwd: string;
    readonly packageManager: PackageManager;
  }): Promise<string[]>;
}
