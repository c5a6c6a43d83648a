import type { Locator } from 'playwright-core';

/** What is painted on a canvas: pixels that are not transparent, and different colours among them. */
export async function paintedOn(canvas: Locator): Promise<{ pixels: number; colors: number }> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d')!;
    const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    return { pixels: pixels.filter((pixel) => pixel !== 0).length, colors: new Set(pixels).size };
  });
}

/** The middle of something coloured on a canvas, in CSS pixels from its corner; greys are axes and grid. */
export async function colouredPlace(canvas: Locator): Promise<{ x: number; y: number }> {
  return canvas.evaluate((element) => {
    const { width, height, clientWidth } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d')!;
    const { data } = context.getImageData(0, 0, width, height);
    const isColoured = (x: number, y: number): boolean => {
      const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(4 * (y * width + x));
      return alpha > 150 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60;
    };
    for (let y = 2; y < height - 2; y++) {
      for (let x = 2; x < width - 2; x++) {
        const isInside = [-2, 0, 2].every((dx) => [-2, 0, 2].every((dy) => isColoured(x + dx, y + dy)));
        const scale = clientWidth / width;
        if (isInside) return { x: x * scale, y: y * scale };
      }
    }
    throw new Error('Nothing coloured is drawn');
  });
}
