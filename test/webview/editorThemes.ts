/** A theme as VS Code tells it to a webview: classes of the body, and variables. */
export interface ThemeOfEditor {
  readonly kinds: string;
  readonly variables: Readonly<Record<string, string>>;
}

export type EditorTheme = 'dark' | 'light' | 'highContrast' | 'highContrastLight';

const fonts = {
  'font-family': 'system-ui, "Ubuntu", "Droid Sans", "DejaVu Sans", sans-serif',
  'editor-font-family': "'Droid Sans Mono', 'monospace', monospace",
};

/** Default Dark Modern, Default Light Modern, Default High Contrast and its light form: the variables a panel uses. */
export const themes: Readonly<Record<EditorTheme, ThemeOfEditor>> = {
  dark: {
    kinds: 'vscode-dark',
    variables: {
      ...fonts,
      'editor-background': '#1f1f1f',
      'editor-foreground': '#cccccc',
      focusBorder: '#0078d4',
      'editorWarning-foreground': '#cca700',
      'button-background': '#0078d4',
      'button-foreground': '#ffffff',
      'button-hoverBackground': '#026ec1',
      'textLink-foreground': '#4daafc',
      contrastBorder: '',
    },
  },
  light: {
    kinds: 'vscode-light',
    variables: {
      ...fonts,
      'editor-background': '#ffffff',
      'editor-foreground': '#3b3b3b',
      focusBorder: '#005fb8',
      'editorWarning-foreground': '#bf8803',
      'button-background': '#005fb8',
      'button-foreground': '#ffffff',
      'button-hoverBackground': '#0258a8',
      'textLink-foreground': '#005fb8',
      contrastBorder: '',
    },
  },
  highContrast: {
    kinds: 'vscode-high-contrast',
    variables: {
      ...fonts,
      'editor-background': '#000000',
      'editor-foreground': '#ffffff',
      focusBorder: '#f38518',
      'editorWarning-foreground': '#ffd370',
      'button-background': '#000000',
      'button-foreground': '#ffffff',
      'button-hoverBackground': '#000000',
      'textLink-foreground': '#21a6ff',
      contrastBorder: '#6fc3df',
    },
  },
  highContrastLight: {
    kinds: 'vscode-high-contrast vscode-high-contrast-light',
    variables: {
      ...fonts,
      'editor-background': '#ffffff',
      'editor-foreground': '#292929',
      focusBorder: '#006bbd',
      'editorWarning-foreground': '#895503',
      'button-background': '#0f4a85',
      'button-foreground': '#ffffff',
      'button-hoverBackground': '#0f4a85',
      'textLink-foreground': '#0f4a85',
      contrastBorder: '#0f4a85',
    },
  },
};
