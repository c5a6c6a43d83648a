// Questions in a row, with a way back. It knows nothing of how they are asked.

/** What came of a question. */
export type Outcome<State> =
  | { readonly kind: 'next'; readonly state: State }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancelled' };

/** Where a question stands among those that are asked, counted from 1. */
export interface StepPlace {
  readonly number: number;
  readonly total: number;
  readonly canGoBack: boolean;
}

export interface Step<State> {
  /** Whether the question needs to be asked after the answers so far. */
  applies(state: State): boolean;
  ask(state: State, place: StepPlace): Promise<Outcome<State>>;
}

/**
 * Asks one question after the other, leaving out those that do not apply. Back returns to the question before, with the
 * answers as they were when it was asked.
 *
 * @param canLeave whether Back on the first question is offered, for questions that are part of others.
 * @returns the last state; `back` where the first question was left that way; `cancelled`.
 */
export async function takeSteps<State>(
  steps: readonly Step<State>[],
  initial: State,
  canLeave = false,
): Promise<Outcome<State>> {
  const asked: { readonly index: number; readonly state: State }[] = [];
  let state = initial;
  let index = nextIndex(steps, 0, state);
  while (index < steps.length) {
    const upcoming = steps.slice(index + 1).filter((step) => step.applies(state)).length;
    const outcome = await steps[index]!.ask(state, {
      number: asked.length + 1,
      total: asked.length + 1 + upcoming,
      canGoBack: canLeave || asked.length > 0,
    });
    if (outcome.kind === 'cancelled') return outcome;
    if (outcome.kind === 'back') {
      const before = asked.pop();
      if (before === undefined) return outcome;
      ({ index, state } = before);
    } else {
      asked.push({ index, state });
      ({ state } = outcome);
      index = nextIndex(steps, index + 1, state);
    }
  }
  return { kind: 'next', state };
}

function nextIndex<State>(steps: readonly Step<State>[], from: number, state: State): number {
  const found = steps.findIndex((step, index) => index >= from && step.applies(state));
  return found < 0 ? steps.length : found;
}
