import * as vscode from 'vscode';
import type { Outcome, StepPlace } from './steps.ts';

/** One answer among several. */
export interface Answer<Value> extends vscode.QuickPickItem {
  readonly value: Value;
}

export interface Question {
  readonly title: string;
  readonly placeholder: string;
  readonly place: StepPlace;
}

/** Asks for one of several answers, the first of which is the default. They may come later; then the question is busy. */
export async function askOne<Value>(
  question: Question,
  answers: readonly Answer<Value>[] | Promise<readonly Answer<Value>[]>,
): Promise<Outcome<Value>> {
  const pick = vscode.window.createQuickPick<Answer<Value>>();
  dress(pick, question);
  pick.matchOnDescription = true;
  return settle(pick, async (reply) => {
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen !== undefined) reply({ kind: 'next', state: chosen.value });
    });
    pick.busy = true;
    pick.items = await answers;
    pick.busy = false;
  });
}

/** Leads back, or out of the questions, from what cannot be used. Its reason is told whole: a line of a list is short. */
export function backWith(reason: string, place: StepPlace): Outcome<never> {
  void vscode.window.showErrorMessage(reason);
  return { kind: place.canGoBack ? 'back' : 'cancelled' };
}

/** Asks for some of several answers, of which those are picked at first that say so. At least one must be. */
export async function askSome<Value>(
  question: Question,
  answers: readonly Answer<Value>[],
): Promise<Outcome<readonly Value[]>> {
  const pick = vscode.window.createQuickPick<Answer<Value>>();
  dress(pick, question);
  pick.canSelectMany = true;
  pick.items = answers;
  pick.selectedItems = answers.filter(({ picked }) => picked === true);
  return settle(pick, (reply) => {
    pick.onDidAccept(() => {
      if (pick.selectedItems.length > 0) {
        reply({ kind: 'next', state: pick.selectedItems.map(({ value }) => value) });
      } else pick.placeholder = 'Choose one or more';
    });
  });
}

/** Asks for a line of text. */
export async function askText(
  question: Question & { readonly value: string; readonly problemOf: (text: string) => string | null },
): Promise<Outcome<string>> {
  const input = vscode.window.createInputBox();
  dress(input, question);
  input.value = question.value;
  return settle(input, (reply) => {
    input.onDidChangeValue(() => {
      input.validationMessage = '';
    });
    input.onDidAccept(() => {
      const problem = question.problemOf(input.value);
      if (problem === null) reply({ kind: 'next', state: input.value.trim() });
      else input.validationMessage = problem;
    });
  });
}

function dress<Item extends vscode.QuickPickItem>(
  input: vscode.QuickPick<Item> | vscode.InputBox,
  { title, placeholder, place }: Question,
): void {
  input.title = title;
  input.placeholder = placeholder;
  input.ignoreFocusOut = true;
  if (place.total > 1) {
    input.step = place.number;
    input.totalSteps = place.total;
  }
  input.buttons = place.canGoBack ? [vscode.QuickInputButtons.Back] : [];
}

/** Shows an input until it is answered, left or hidden. */
async function settle<Item extends vscode.QuickPickItem, Value>(
  input: vscode.QuickPick<Item> | vscode.InputBox,
  listen: (reply: (value: Outcome<Value>) => void) => void | Promise<void>,
): Promise<Outcome<Value>> {
  try {
    return await new Promise<Outcome<Value>>((resolve, reject) => {
      input.onDidTriggerButton((button) => {
        if (button === vscode.QuickInputButtons.Back) resolve({ kind: 'back' });
      });
      input.onDidHide(() => {
        resolve({ kind: 'cancelled' });
      });
      input.show();
      Promise.resolve(listen(resolve)).catch(reject);
    });
  } finally {
    input.dispose();
  }
}
