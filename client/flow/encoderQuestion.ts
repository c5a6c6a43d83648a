import * as vscode from 'vscode';
import { beyondRandom, listed, modelNameProblem, type EncoderChoice, type Modality } from './choices.ts';
import { askOne, askText, type Answer } from './questions.ts';
import { takeSteps, type Outcome, type StepPlace } from './steps.ts';

/** By modality. */
export type EncoderChoices = Readonly<Record<string, EncoderChoice>>;

type Kind = 'random' | 'folder' | 'hub' | 'onnx' | 'each';

/** Asks what embeds the modalities: one encoder for all of them, or one for each. */
export async function askEncoders(
  title: string,
  modalities: readonly Modality[],
  place: StepPlace,
): Promise<Outcome<EncoderChoices>> {
  for (;;) {
    const names = modalities.map(({ name }) => name);
    const kind = await askOne(
      { title, placeholder: `What embeds ${listed(names)}?`, place },
      encoderAnswers(modalities),
    );
    if (kind.kind !== 'next') return kind;
    const outcome =
      kind.state === 'each'
        ? await askForEach(title, modalities, place)
        : choiceForAll(await askEncoder(kind.state, title, place), names);
    // Back from the details of a kind leads to the kinds; a dialog that was closed does too.
    if (outcome.kind !== 'back') return outcome;
  }
}

function encoderAnswers(modalities: readonly Modality[]): Answer<Kind>[] {
  const unreadable = beyondRandom(modalities);
  return [
    ...(unreadable.length > 0
      ? []
      : [
          {
            label: '$(symbol-misc) Random networks',
            detail: 'Nothing to download: shows the cones of the architecture, before anything is learned',
            value: 'random' as const,
          },
        ]),
    {
      label: '$(folder) A pretrained model in a folder…',
      detail: 'CLIP, SigLIP, CLAP and others, in the layout of Hugging Face',
      value: 'folder',
    },
    {
      label: '$(cloud-download) A pretrained model of the hub…',
      detail: 'By its name, such as openai/clip-vit-base-patch32; downloaded once',
      value: 'hub',
    },
    {
      label: '$(file-binary) An ONNX file…',
      detail: 'Any exported model, with its preprocessing beside it',
      value: 'onnx',
    },
    ...(modalities.length < 2
      ? []
      : [
          {
            label: '$(list-tree) One for each modality…',
            detail: listed(modalities.map(({ name }) => name)),
            value: 'each' as const,
          },
        ]),
  ];
}

async function askEncoder(
  kind: Exclude<Kind, 'each'>,
  title: string,
  place: StepPlace,
): Promise<Outcome<EncoderChoice>> {
  switch (kind) {
    case 'random':
      return { kind: 'next', state: { kind: 'random' } };
    case 'hub': {
      const name = await askText({
        title,
        placeholder: 'openai/clip-vit-base-patch32',
        value: '',
        problemOf: modelNameProblem,
        place: { ...place, canGoBack: true },
      });
      return name.kind === 'next' ? { kind: 'next', state: { kind: 'pretrained', model: name.state } } : name;
    }
    case 'folder': {
      const [folder] =
        (await vscode.window.showOpenDialog({
          title: 'Folder of a pretrained model',
          openLabel: 'Use This Model',
          canSelectFolders: true,
          canSelectFiles: false,
        })) ?? [];
      return folder === undefined
        ? { kind: 'back' }
        : { kind: 'next', state: { kind: 'pretrained', model: folder.fsPath } };
    }
    case 'onnx': {
      const [file] =
        (await vscode.window.showOpenDialog({
          title: 'ONNX model',
          openLabel: 'Use This Model',
          filters: { 'ONNX models': ['onnx'] },
        })) ?? [];
      return file === undefined
        ? { kind: 'back' }
        : { kind: 'next', state: { kind: 'onnx', path: file.fsPath } };
    }
  }
}

function choiceForAll(outcome: Outcome<EncoderChoice>, names: readonly string[]): Outcome<EncoderChoices> {
  return outcome.kind === 'next'
    ? { kind: 'next', state: Object.fromEntries(names.map((name) => [name, outcome.state])) }
    : outcome;
}

function askForEach(
  title: string,
  modalities: readonly Modality[],
  place: StepPlace,
): Promise<Outcome<EncoderChoices>> {
  const steps = modalities.map((modality) => ({
    applies: () => true,
    async ask(state: EncoderChoices): Promise<Outcome<EncoderChoices>> {
      const outcome = await askEncoders(`${title}: ${modality.name}`, [modality], {
        ...place,
        canGoBack: true,
      });
      return outcome.kind === 'next' ? { kind: 'next', state: { ...state, ...outcome.state } } : outcome;
    },
  }));
  return takeSteps<EncoderChoices>(steps, {}, true);
}
