import type { Flags } from '../flag.js';

/** The options of `call` beside the fields of the request. */
export const CALL_FLAGS = {
  endpoint: { placeholder: 'ADDRESS', help: 'Socket of the driver; without, CSI_ENDPOINT.' },
  secrets: { placeholder: 'FILE', help: "Secrets in csi-sanity's format: YAML, by RPC." },
  json: {
    placeholder: 'JSON|@FILE|-',
    help: 'The request, to which flags add; - reads standard input.',
  },
  deadline: { placeholder: 'TIME', help: 'How long to wait for the answer (default: 1m).' },
  format: { placeholder: 'FORMAT', words: ['text', 'json'], help: 'text (default) or json.' },
  help: { help: 'This text; after the name of an RPC, its fields.' },
} as const satisfies Flags;
