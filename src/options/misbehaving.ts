import { duration, type Kind } from './kind.js';
import { optionalFile } from './optional-path.js';
import type { Option } from './option.js';

/** A time span in ms that is not 0. */
const someTime: Kind<number> = {
  ...duration,
  expected: 'a time from 1ms to 24h, such as 5s',
  read: (given) => duration.read(given) || undefined,
};

/** The options of what makes a driver do other than it should. */
export const MISBEHAVING = {
  faultsFile: {
    group: 'How it is watched and steered',
    kind: optionalFile,
    default: '',
    help: 'File of fault rules, YAML or JSON, read anew when it changes.',
  },
  hooksFile: {
    group: 'How it is watched and steered',
    kind: optionalFile,
    default: '',
    help: 'JavaScript that sees and changes calls: an ES module (.mjs, .js), or hooks.yaml as the csi-test mock has it.',
  },
  hookTimeout: {
    group: 'How it is watched and steered',
    kind: someTime,
    default: '5s',
    help: 'How long a hook may take for a call.',
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;
