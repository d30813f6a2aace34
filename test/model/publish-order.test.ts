import { expect } from 'chai';
import type { Staging } from '../../src/model/node-volume.js';
import { decidePublish } from '../../src/model/publish.js';
import { capableVolume, mountCapability, publication, publishArguments, RULES } from './samples.js';

describe('decidePublish: order of the checks', () => {
  const mode = 'SINGLE_NODE_SINGLE_WRITER';
  const args = publishArguments(mountCapability(mode));
  const volume = capableVolume(mountCapability(mode));
  const staging: Staging = { path: '/staging', capability: mountCapability(mode), readonly: false };
  const there = [publication('/a', args)];
  const wider = publishArguments(mountCapability('SINGLE_NODE_MULTI_WRITER'));
  const at = (targetPath: string, asked = args) => ({
    volumeId: 'vol-1',
    targetPath,
    arguments: asked,
  });
  const facts = { volume, attached: true, staging, publications: there };

  const cases: [string, ReturnType<typeof decidePublish>, string, RegExp][] = [
    [
      'the same path comes before what the volume supports',
      decidePublish(at('/a', wider), facts, RULES),
      'ALREADY_EXISTS',
      /other arguments/,
    ],
    [
      'a repeat is OK although the volume is no longer attached or staged',
      decidePublish(at('/a'), { ...facts, attached: false, staging: null }, RULES),
      'OK (idempotent)',
      /^$/,
    ],
    [
      'what the volume supports comes before attach',
      decidePublish(at('/b', wider), { ...facts, attached: false }, RULES),
      'FAILED_PRECONDITION',
      /does not support SINGLE_NODE_MULTI_WRITER/,
    ],
    [
      'attach comes before stage',
      decidePublish(at('/b'), { ...facts, attached: false, staging: null }, RULES),
      'FAILED_PRECONDITION',
      /not controller-published at node node-1/,
    ],
    [
      'stage comes before the rules for another target',
      decidePublish(at('/b'), { ...facts, staging: null }, RULES),
      'FAILED_PRECONDITION',
      /not staged/,
    ],
    [
      'an unset staging path is named',
      decidePublish(at('/b', { ...args, stagingTargetPath: '' }), facts, RULES),
      'FAILED_PRECONDITION',
      /staging_target_path is not set/,
    ],
    [
      'another staging path is named',
      decidePublish(at('/b', { ...args, stagingTargetPath: '/other' }), facts, RULES),
      'FAILED_PRECONDITION',
      /staged at \/staging, not at staging_target_path \/other/,
    ],
    [
      'the staged mode must imply the published one',
      decidePublish(
        at('/b'),
        {
          ...facts,
          staging: {
            path: '/staging',
            capability: mountCapability('SINGLE_NODE_READER_ONLY'),
            readonly: false,
          },
        },
        RULES,
      ),
      'FAILED_PRECONDITION',
      /staged for SINGLE_NODE_READER_ONLY/,
    ],
    [
      'flags of the staging are not taken back, and no message shows them',
      decidePublish(
        at('/b', publishArguments(mountCapability(mode, { mountFlags: ['exec'] }))),
        {
          ...facts,
          staging: {
            path: '/staging',
            readonly: false,
            capability: mountCapability(mode, { mountFlags: ['noexec'] }),
          },
        },
        RULES,
      ),
      'FAILED_PRECONDITION',
      /^(?!.*exec).* staged at \/staging with mount_flags that those of the publish take back/,
    ],
    [
      'the rules for another target come last',
      decidePublish(at('/b'), facts, RULES),
      'FAILED_PRECONDITION',
      /already published at \/a/,
    ],
  ];
  for (const [title, verdict, expected, message] of cases) {
    it(title, () => {
      expect(verdict.answer).to.equal(expected);
      expect('message' in verdict ? verdict.message : '').to.match(message);
    });
  }
});
