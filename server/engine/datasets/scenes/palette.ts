/** Red, green, blue; 0 to 255. */
export type Rgb = readonly [number, number, number];

/** The colours of shapes. */
export const colours = {
  red: [214, 40, 48],
  orange: [244, 132, 32],
  yellow: [247, 209, 52],
  green: [46, 154, 72],
  turquoise: [42, 186, 178],
  blue: [38, 92, 204],
  purple: [124, 58, 172],
  pink: [244, 126, 176],
  brown: [126, 78, 44],
  black: [30, 30, 34],
  grey: [138, 140, 146],
  white: [248, 248, 246],
} as const satisfies Record<string, Rgb>;
export type Colour = keyof typeof colours;
export const colourNames = Object.keys(colours) as Colour[];

/** The colours of backgrounds, paler or darker than those of shapes. */
export const backgrounds = {
  cream: [244, 234, 208],
  'light grey': [214, 216, 220],
  'pale blue': [192, 216, 238],
  'pale green': [200, 226, 196],
  lavender: [218, 206, 236],
  'dark grey': [74, 76, 84],
  navy: [28, 40, 82],
  'dark green': [30, 70, 52],
} as const satisfies Record<string, Rgb>;
export type Background = keyof typeof backgrounds;
export const backgroundNames = Object.keys(backgrounds) as Background[];

/** Whether a shape of that colour stands out from the background. */
export function standsOut(colour: Colour, background: Background): boolean {
  const front: Rgb = colours[colour];
  const differences = backgrounds[background].map((value, channel) => value - front[channel]!);
  return differences.reduce((sum, difference) => sum + difference * difference, 0) > 90 * 90;
}

/** From `from` (0) to `to` (1). */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}
