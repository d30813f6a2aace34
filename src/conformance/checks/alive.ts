import type { Check } from '../check.js';

/** What comes last: whether there still is a driver. */
export const aliveChecks: readonly Check[] = [
  {
    id: 'alive/probe',
    title: 'Probe is answered after all the other checks',
    section: 'Probe',
    since: '1.0.0',
    level: 'MUST',
    rule: 'a plugin implements Probe and answers it, ready or not; after a crash nobody does',
    async run({ subject, call, expect }) {
      for (const client of new Set([
        subject.controller,
        ...subject.nodes.map((node) => node.client),
      ])) {
        const wanted = ['OK', 'FAILED_PRECONDITION'] as const;
        await expect('Probe', client.identity.Probe({}, call), wanted);
      }
    },
  },
];
