import { z } from 'zod';
import type { NetworkDefinition } from './network.ts';
import { networks } from './registry.ts';

/** A network with its parameters, valid together. */
export interface ChosenNetwork {
  readonly definition: NetworkDefinition;
  readonly params: z.output<z.ZodObject>;
}

const options = networks.map(({ kind, description, params }) =>
  z.strictObject({ kind: z.literal(kind).describe(description), ...params.shape }),
);
const [firstOption, ...otherOptions] = options;

/** An architecture by its `kind`, with the parameters of that architecture. */
export const networkSchema = z
  .discriminatedUnion('kind', [firstOption!, ...otherOptions])
  .superRefine((config, context) => {
    const { definition, params } = chosenNetwork(config);
    for (const { message, path } of definition.check?.(params) ?? []) {
      context.addIssue({ code: 'custom', message, path: [...path] });
    }
  });

/** The definition that a configuration names, and its parameters. */
export function chosenNetwork({ kind, ...params }: z.output<typeof networkSchema>): ChosenNetwork {
  // The schema's kinds are those of the registry.
  return { definition: networks.find((candidate) => candidate.kind === kind)!, params };
}
