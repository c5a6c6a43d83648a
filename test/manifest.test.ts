import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  commands,
  contextKeys,
  experimentItemKind,
  languageId,
  panelViewType,
  runItemKinds,
  settings,
  viewContainer,
  views,
  walkthroughId,
} from '../client/contributions.ts';
import { devices } from '../server/engine/runtime/device.ts';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly main: string;
  readonly icon: string;
  readonly galleryBanner: { readonly color: string };
  readonly categories: readonly string[];
  readonly keywords: readonly string[];
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: string;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: string };
  };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly viewsContainers: {
      readonly activitybar: readonly { readonly id: string; readonly icon: string }[];
    };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly {
      readonly view: string;
      readonly contents: string;
      readonly when: string;
    }[];
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly description: string;
        readonly media: { readonly markdown: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly languages: readonly {
      readonly id: string;
      readonly extensions: readonly string[];
      readonly configuration: string;
    }[];
    readonly grammars: readonly {
      readonly language: string;
      readonly scopeName: string;
      readonly path: string;
    }[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<
          string,
          {
            readonly order: number;
            readonly scope: string;
            readonly markdownDescription: string;
            readonly default: unknown;
            readonly enum?: readonly string[];
          }
        >
      >;
    };
  };
}

const text = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(text) as Manifest;
const strings = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
const { contributes } = manifest;
const menuItems = Object.entries(contributes.menus).flatMap(([menu, items]) =>
  items.map((item) => ({ menu, ...item })),
);
function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
}

const sources = sourcesIn('client');
/** Lenses, actions and hovers name commands too. */
const languageSources = sourcesIn('server/language');

function titleOf({ title }: { readonly title: string }): string | undefined {
  return strings[title.slice(1, -1)];
}

describe('commands', () => {
  it('are declared once, and all of them have an id in the code', () => {
    const declared = contributes.commands.map(({ command }) => command);
    expect([...declared].sort()).toEqual(Object.values(commands).sort());
  });

  it('are named as people look for them', () => {
    const titles = contributes.commands.map((command) => [
      titleOf(command),
      command.category === undefined ? undefined : strings[command.category.slice(1, -1)],
    ]);
    expect(titles).toContainEqual(['Measure Modality Gap', undefined]);
    expect(titles.filter(([, category]) => category !== 'Modality Gap')).toHaveLength(1);
  });

  it.each(Object.values(commands))('%s says when it is in the palette, and can be reached', (command) => {
    const items = menuItems.filter((item) => item.command === command);
    expect(items.filter(({ menu }) => menu === 'commandPalette')).toHaveLength(1);
    const isInMenu = items.some(({ when }) => when !== 'false');
    expect(isInMenu || languageSources.some((text) => text.includes(command))).toBe(true);
  });

  it('are at most 15 in the palette', () => {
    const inPalette = menuItems.filter(({ menu, when }) => menu === 'commandPalette' && when !== 'false');
    expect(inPalette.length).toBeLessThanOrEqual(15);
    expect(inPalette.length).toBeGreaterThan(5);
  });
});

describe('menus', () => {
  it.each(menuItems.map((item) => [`${item.menu} ${item.command} ${item.group ?? ''}`, item] as const))(
    '%s: a declared command, with a condition',
    (_, { command, when }) => {
      expect(Object.values(commands)).toContain(command);
      expect(when?.trim()).not.toBe('');
      expect(when).toBeDefined();
    },
  );

  const conditions = [...menuItems, ...contributes.viewsWelcome].map(({ when }) => when ?? '');

  it('ask for facts and views that the code sets', () => {
    const asked = conditions.flatMap((when) => when.match(/modalityGap\.\w+/g) ?? []);
    const known: string[] = [...Object.values(contextKeys), ...Object.values(views)];
    expect(asked.filter((key) => !known.includes(key))).toEqual([]);
    expect(Object.values(contextKeys).filter((key) => !asked.includes(key))).toEqual([]);
  });

  it('match every kind of item in the views', () => {
    for (const kind of [...Object.values(runItemKinds), experimentItemKind]) {
      const isMatched = (contributes.menus['view/item/context'] ?? []).some(({ when = '' }) => {
        const pattern = /viewItem =~ \/(.+?)\/(?: |$)/.exec(when)?.[1];
        return (
          when.includes(`viewItem == ${kind}`) || (pattern !== undefined && new RegExp(pattern).test(kind))
        );
      });
      expect(isMatched, kind).toBe(true);
    }
  });

  it('offer to run nothing in a workspace that is not trusted', () => {
    const running: string[] = [commands.measure, commands.measureSelected, commands.runAgain];
    const offered = menuItems.filter(
      ({ menu, command, when = '' }) =>
        menu !== 'commandPalette' && running.includes(command) && !when.includes('isWorkspaceTrusted'),
    );
    expect(offered).toEqual([]);
  });

  it('name data and experiments in the explorer', () => {
    const [item] = contributes.menus['explorer/context'] ?? [];
    const patterns = [...(item?.when ?? '').matchAll(/=~ \/(.+?)\/i/g)].map(
      ([, pattern]) => new RegExp(pattern!, 'i'),
    );
    const isOffered = (name: string) =>
      patterns.some((pattern) => pattern.test(name) || pattern.test(/\.\w+$/.exec(name)?.[0] ?? ''));
    for (const name of ['a.npy', 'a.parquet', 'a.csv', 'A.JSON', 'run.gap.yaml', 'run.gap.yml']) {
      expect(isOffered(name), name).toBe(true);
    }
    for (const name of ['a.yaml', 'gap.yaml', 'a.ts', 'a.npy.md']) expect(isOffered(name), name).toBe(false);
  });
});

describe('views', () => {
  it('are those of the code, in their container', () => {
    expect(contributes.viewsContainers.activitybar.map(({ id }) => id)).toEqual([viewContainer]);
    expect(Object.keys(contributes.views)).toEqual([viewContainer]);
    expect(contributes.views[viewContainer]?.map(({ id }) => id)).toEqual(Object.values(views));
  });

  it.each(Object.values(views))('%s has a welcome with a button for every empty state', (view) => {
    const welcomes = contributes.viewsWelcome.filter((welcome) => welcome.view === view);
    for (const state of [
      '!isWorkspaceTrusted',
      'modalityGap.serverFailed',
      'isWorkspaceTrusted && !virtualWorkspace',
    ]) {
      expect(
        welcomes.some(({ when }) => when.includes(state)),
        state,
      ).toBe(true);
    }
    for (const { contents } of welcomes) {
      expect(strings[contents.slice(1, -1)]).toMatch(/\[[^\]]+\]\(command:[\w.]+/);
    }
  });

  it('links to commands and walkthroughs that are there', () => {
    const links = [...JSON.stringify(strings).matchAll(/\(command:(modalityGap[\w.]+)/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((id) => !(Object.values(commands) as (string | undefined)[]).includes(id))).toEqual(
      [],
    );
    expect(JSON.stringify(strings)).toContain(
      `openWalkthrough?%22${manifest.publisher}.${manifest.name}%23${walkthroughId}%22`,
    );
  });
});

describe('settings', () => {
  const { properties } = contributes.configuration;

  it('are those of the code', () => {
    expect(Object.keys(properties).sort()).toEqual(
      Object.values(settings)
        .map((key) => `modalityGap.${key}`)
        .sort(),
    );
  });

  it.each(Object.entries(properties))(
    '%s has an order, a scope, a default and a description',
    (_, setting) => {
      expect(setting.order).toBeGreaterThan(0);
      expect(['window', 'machine-overridable']).toContain(setting.scope);
      expect(setting).toHaveProperty('default');
      expect(setting.markdownDescription).toMatch(/^%.+%$/);
    },
  );

  it('have an order each', () => {
    const orders = Object.values(properties).map(({ order }) => order);
    expect(new Set(orders).size).toBe(orders.length);
  });

  it('name the devices of the engine', () => {
    expect(properties[`modalityGap.${settings.device}`]?.enum).toEqual([...devices]);
  });
});

describe('strings', () => {
  const used = [...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key!);

  it('are all in package.nls.json, and no others are', () => {
    expect([...new Set(used)].sort()).toEqual(Object.keys(strings).sort());
  });

  it('are in the manifest only by their keys', () => {
    const shown = JSON.stringify(contributes).match(
      /"(title|name|contents|category|markdownDescription|description)":"[^%][^"]*"/g,
    );
    expect(shown).toBeNull();
  });
});

describe('the page of the extension', () => {
  it('has an icon of at least 128 pixels a side', () => {
    const icon = readFileSync(manifest.icon);
    expect(icon.toString('latin1', 1, 4)).toBe('PNG');
    expect(Math.min(icon.readUInt32BE(16), icon.readUInt32BE(20))).toBeGreaterThanOrEqual(128);
  });

  it('has a colour, and keywords and categories that marketplaces take', () => {
    expect(manifest.galleryBanner.color).toMatch(/^#[0-9a-f]{6}$/);
    // vsce adds some of its own; 30 are allowed altogether.
    expect(manifest.keywords.length).toBeLessThanOrEqual(20);
    const known = ['Data Science', 'Machine Learning', 'Visualization'];
    expect(manifest.categories.filter((category) => !known.includes(category))).toEqual([]);
  });

  it('names the oldest editor whose interface the types describe', () => {
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode']!}`);
  });
});

describe('activation', () => {
  it('waits for a command, a view, an experiment or a panel of an earlier window', () => {
    expect(manifest.activationEvents).toEqual([`onWebviewPanel:${panelViewType}`]);
  });
});

describe('trust', () => {
  it('is limited without it, and settings that name folders and devices are not taken from the workspace', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    expect([untrustedWorkspaces.supported, virtualWorkspaces.supported]).toEqual(['limited', 'limited']);
    const guarded = [settings.runsFolder, settings.cacheFolder, settings.device];
    expect([...untrustedWorkspaces.restrictedConfigurations].sort()).toEqual(
      guarded.map((key) => `modalityGap.${key}`).sort(),
    );
  });

  it('runs where the files are', () => {
    expect(manifest.extensionKind).toEqual(['workspace']);
  });
});

describe('language and walkthrough', () => {
  it('is the language of *.gap.yaml', () => {
    const [language] = contributes.languages;
    expect(language?.id).toBe(languageId);
    expect(language?.extensions).toEqual(['.gap.yaml', '.gap.yml']);
    const [grammar] = contributes.grammars;
    expect(grammar?.language).toBe(languageId);
    expect(JSON.parse(readFileSync(grammar!.path, 'utf8'))).toMatchObject({ scopeName: grammar?.scopeName });
  });

  it('has at most five steps, each ended by a command', () => {
    const [walkthrough] = contributes.walkthroughs;
    expect(walkthrough?.id).toBe(walkthroughId);
    expect(walkthrough?.steps.length).toBeLessThanOrEqual(5);
    for (const { completionEvents } of walkthrough?.steps ?? []) {
      for (const event of completionEvents) {
        expect(Object.values(commands).map((id) => `onCommand:${id}`)).toContain(event);
      }
    }
  });

  it('names files that are there', () => {
    const files = [...text.matchAll(/"(media\/[^"]+\.\w+)"/g)].map(([, path]) => path!);
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter((path) => !existsSync(path))).toEqual([]);
  });
});

it('has no id in the code that is written out beside contributions.ts', () => {
  const ids = [...Object.values(commands), ...Object.values(contextKeys)];
  const written = sources.filter((source) => !source.includes('export const commands = {'));
  expect(ids.filter((id) => written.some((source) => source.includes(`'${id}'`)))).toEqual([]);
});
