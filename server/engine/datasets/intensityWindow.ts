/**
 * Which values of more than 8 bits are told apart: those from `center − width/2` to `center + width/2` are spread over
 * all levels from black to white. In the units of the image: Hounsfield units in computed tomography.
 */
export interface IntensityWindow {
  readonly center: number;
  /** More than 0. */
  readonly width: number;
}
