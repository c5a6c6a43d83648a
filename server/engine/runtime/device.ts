/** Where a run computes. `auto` is resolved to one of the others before anything runs. */
export const devices = ['auto', 'cpu', 'cuda', 'webgpu', 'directml', 'coreml'] as const;

export type DeviceChoice = (typeof devices)[number];
export type Device = Exclude<DeviceChoice, 'auto'>;
