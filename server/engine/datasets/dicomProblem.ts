/** Why a DICOM file cannot be decoded; {@link decodeDicom} adds the file's name. */
export class DicomProblem extends Error {
  readonly code: 'dicom-undecodable' | 'dicom-unsupported' | 'image-too-large';

  constructor(code: DicomProblem['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The problem of a file that breaks the format. */
export function broken(message: string): DicomProblem {
  return new DicomProblem('dicom-undecodable', message);
}

/** The problem of a file that is whole, and of a kind that cannot be decoded. */
export function unsupported(message: string): DicomProblem {
  return new DicomProblem('dicom-unsupported', message);
}
