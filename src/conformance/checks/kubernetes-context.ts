import type { Check } from '../check.js';
import { mountCapability, type Trial } from '../trial.js';

const KEY = 'csi.storage.k8s.io/serviceAccount.tokens';
const CAPABILITY = mountCapability('SINGLE_NODE_WRITER');

/** What Kubernetes puts into the volume_context of its own accord. */
export const kubernetesContextChecks: readonly Check[] = [
  {
    id: 'kubernetes-context/fresh-tokens',
    title: 'repeated NodePublishVolume with fresh service account tokens in volume_context',
    section: 'NodePublishVolume',
    since: '1.0.0',
    level: 'SHOULD',
    rule: 'not in the spec: requiresRepublish of Kubernetes calls again with fresh tokens and needs OK; by the letter of the table it is ALREADY_EXISTS',
    run: tryFreshTokens,
  },
];

async function tryFreshTokens(trial: Trial): Promise<void> {
  const volume = await trial.readyVolume('SINGLE_NODE_WRITER');
  const publish = (token: string): Promise<unknown> =>
    volume.publish('a', CAPABILITY, {
      volume_context: {
        ...volume.context,
        [KEY]: JSON.stringify({ '': { token, expirationTimestamp: '2100-01-01T00:00:00Z' } }),
      },
    });
  await trial.need('a first NodePublishVolume with the second tokens', publish('csi-check-2'));
  await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
  await trial.need('the first NodePublishVolume', publish('csi-check-1'));
  const sent = 'NodePublishVolume again with fresh service account tokens';
  const { code } = await trial.expect(sent, publish('csi-check-2'), ['OK', 'ALREADY_EXISTS']);
  if (code === 'OK') trial.reads('fresh service account tokens: OK, as Kubernetes needs it');
  if (code === 'ALREADY_EXISTS') {
    trial.reads(
      'fresh service account tokens: ALREADY_EXISTS, as the table has it; CSIDriver cannot ask for requiresRepublish',
    );
  }
}
