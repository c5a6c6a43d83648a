import { InputError } from '../problems.ts';
import type { Device } from './device.ts';

/** A device is not there, or does not run the model. */
export class DeviceUnavailable extends InputError {
  /** The rest of a sentence that begins with the device. */
  readonly reason: string;

  constructor(device: Device, reason: string) {
    super('device-unavailable', `The device ${device} cannot be used: ${reason}`);
    this.reason = reason;
  }
}
