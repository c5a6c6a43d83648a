import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeSteps, type Outcome, type Step, type StepPlace } from '../../client/flow/steps.ts';

type State = readonly string[];

/** A step that answers from a script: a text is an answer, `back` and `cancel` are what they say. */
function scripted(script: string[], places: StepPlace[] = []) {
  return (name: string, applies: (state: State) => boolean = () => true): Step<State> => ({
    applies,
    ask(state, place) {
      places.push(place);
      const reply = script.shift() ?? 'cancel';
      const outcome: Outcome<State> =
        reply === 'back' || reply === 'cancel'
          ? { kind: reply === 'back' ? 'back' : 'cancelled' }
          : { kind: 'next', state: [...state, `${name}=${reply}`] };
      return Promise.resolve(outcome);
    },
  });
}

describe('takeSteps', () => {
  it('asks one question after the other', async () => {
    const step = scripted(['1', '2']);
    expect(await takeSteps([step('a'), step('b')], [])).toEqual({ kind: 'next', state: ['a=1', 'b=2'] });
  });

  it('goes back to the question before, with the answers as they were', async () => {
    const step = scripted(['1', '2', 'back', 'back', '3', '4', '5']);
    const outcome = await takeSteps([step('a'), step('b'), step('c')], []);
    expect(outcome).toEqual({ kind: 'next', state: ['a=3', 'b=4', 'c=5'] });
  });

  it('leaves out what does not apply', async () => {
    const step = scripted(['skip', '9']);
    const steps = [step('a'), step('b', (state) => !state.includes('a=skip')), step('c')];
    expect(await takeSteps(steps, [])).toEqual({ kind: 'next', state: ['a=skip', 'c=9'] });
  });

  it('passes over a question that an earlier answer made needless when it goes back', async () => {
    const step = scripted(['skip', 'back', 'ask', '7', '8']);
    const steps = [step('a'), step('b', (state) => !state.includes('a=skip')), step('c')];
    expect(await takeSteps(steps, [])).toEqual({ kind: 'next', state: ['a=ask', 'b=7', 'c=8'] });
  });

  it('ends when it is cancelled, and asks nothing then', async () => {
    const places: StepPlace[] = [];
    const step = scripted(['1', 'cancel', '3'], places);
    expect(await takeSteps([step('a'), step('b'), step('c')], [])).toEqual({ kind: 'cancelled' });
    expect(places).toHaveLength(2);
  });

  it('offers no way back on the first question, unless it is part of others', async () => {
    const places: StepPlace[] = [];
    const step = scripted(['1', '2'], places);
    await takeSteps([step('a'), step('b')], []);
    expect(places).toEqual([
      { number: 1, total: 2, canGoBack: false },
      { number: 2, total: 2, canGoBack: true },
    ]);
    expect(await takeSteps([scripted(['back'])('a')], [], true)).toEqual({ kind: 'back' });
  });

  it('gives one answer a step, the last one that was given, however one goes back and forth', async () => {
    const script = fc.array(fc.constantFrom('1', '2', '3', 'back'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(script, async (replies) => {
        const expected: string[] = [];
        const names = ['a', 'b', 'c'];
        for (const reply of replies) {
          if (expected.length === names.length) break;
          if (reply === 'back') {
            if (expected.length === 0) break;
            expected.pop();
          } else {
            expected.push(`${names[expected.length]!}=${reply}`);
          }
        }
        const step = scripted([...replies]);
        const outcome = await takeSteps(
          names.map((name) => step(name)),
          [],
          true,
        );
        if (outcome.kind === 'next') expect(outcome.state).toEqual(expected);
        else expect(expected.length).toBeLessThan(names.length);
      }),
    );
  });
});
