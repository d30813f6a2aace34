import type { StringMap } from './equality.js';
import { quoted } from './quoted.js';
import { refuse, type Refusal } from './verdict.js';

/** What the `parameters` of a StorageClass ask for. */
export interface CreationParameters {
  /** `kind`: one of several simulated capacities; undefined: any. */
  readonly kind: string | undefined;
  /** `enforceSize`: whether the size is a real limit, kept by a file system of the volume's own. */
  readonly enforceSize: boolean;
}

type ParametersVerdict =
  { readonly answer: 'OK'; readonly parameters: CreationParameters } | Refusal<'INVALID_ARGUMENT'>;

/**
 * Reads creation parameters; keys under `csi.storage.k8s.io/` were taken out before. A parameter that is
 * not known is refused: nobody is to think that it has an effect.
 */
export function readParameters(parameters: StringMap): ParametersVerdict {
  let kind: string | undefined;
  let enforceSize = false;
  for (const [key, value] of Object.entries(parameters)) {
    switch (key) {
      case 'kind':
        kind = value;
        break;
      case 'enforceSize':
        if (value !== 'true' && value !== 'false') {
          return refuse('INVALID_ARGUMENT', 'parameters.enforceSize must be true or false');
        }
        enforceSize = value === 'true';
        break;
      default:
        return refuse(
          'INVALID_ARGUMENT',
          `parameters[${quoted(key)}] is not known; kind and enforceSize are`,
        );
    }
  }
  return { answer: 'OK', parameters: { kind, enforceSize } };
}
