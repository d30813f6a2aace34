import {
  elsewhere,
  modeOf,
  otherAtTarget,
  publishing,
  repeated,
  wrongly,
} from './broken-answer.js';
import type { BrokenDriver } from './broken-driver.js';

/** Each answers one cell of the publish tables, or what stands beside them, otherwise. */
export const brokenAtPublish: readonly BrokenDriver[] = [
  {
    name: 'publishes again with another readonly flag',
    ...publishing(
      otherAtTarget(({ readonly }) => readonly),
      'ALREADY_EXISTS',
      'OK',
    ),
    caughtBy: [
      /^publish-table\/\w+\/same-target\/readonly$/,
      /^publish-block\/\w+\/same-target\/readonly$/,
    ],
  },
  {
    name: 'publishes again with other mount_flags',
    ...publishing(
      otherAtTarget(({ volume_capability }) => volume_capability?.mount?.mount_flags),
      'ALREADY_EXISTS',
      'OK',
    ),
    caughtBy: [/^publish-table\/\w+\/same-target\/mount_flags$/],
  },
  {
    name: 'publishes again in another access mode',
    ...publishing(otherAtTarget(modeOf), 'ALREADY_EXISTS', 'OK'),
    caughtBy: [/^other-capability\/same-target\/access-mode\//],
  },
  {
    name: 'refuses an identical repeat',
    ...publishing(repeated, 'OK', 'ALREADY_EXISTS'),
    caughtBy: [/^publish-table\/\w+\/same-target\/same-arguments/, /^secrets\/publish$/],
  },
  {
    name: 'refuses an identical repeat of a read-only publish',
    ...publishing(
      (request, there) => request.readonly && repeated(request, there),
      'OK',
      'ALREADY_EXISTS',
    ),
    caughtBy: [/^publish-table\/\w+\/same-target\/same-arguments-readonly$/],
  },
  ...['SINGLE_NODE_SINGLE_WRITER', 'SINGLE_NODE_WRITER', 'SINGLE_NODE_READER_ONLY'].map(
    (mode): BrokenDriver => ({
      name: `publishes ${mode} at a second target`,
      ...publishing(
        (request, there) => modeOf(request) === mode && elsewhere(request, there),
        'FAILED_PRECONDITION',
        'OK',
      ),
      caughtBy: [
        new RegExp(`^publish-table/${mode}/other-target/`),
        new RegExp(`^other-capability/other-target/[a-z-]+/(\\w+/)?${mode}$`),
      ],
    }),
  ),
  ...['SINGLE_NODE_MULTI_WRITER', 'MULTI_NODE_MULTI_WRITER'].map((mode): BrokenDriver => ({
    name: `publishes ${mode} at one target only`,
    ...publishing(
      (request, there) => modeOf(request) === mode && elsewhere(request, there),
      'OK',
      'FAILED_PRECONDITION',
    ),
    caughtBy: [new RegExp(`^publish-table/${mode}/other-target/`)],
  })),
  {
    name: 'looks at the access mode of the new request alone',
    ...publishing(
      (request, there) =>
        elsewhere(request, there) &&
        /MULTI_NODE_|_MULTI_WRITER$/.test(modeOf(request)) &&
        there.every((each) => modeOf(each) !== modeOf(request)),
      'FAILED_PRECONDITION',
      'OK',
    ),
    caughtBy: [/^other-capability\/other-target\/access-mode\/SINGLE_NODE_\w+\/\w*MULTI_\w+$/],
  },
  {
    name: 'compares secrets',
    ...publishing(
      otherAtTarget(({ secrets }) => secrets),
      'OK',
      'ALREADY_EXISTS',
    ),
    caughtBy: [/^secrets\/publish$/],
  },
  {
    name: 'takes fresh service account tokens for another use of the volume',
    ...publishing(
      otherAtTarget(({ volume_context }) => volume_context),
      'OK',
      'FAILED_PRECONDITION',
    ),
    caughtBy: [/^kubernetes-context\//],
  },
  {
    name: 'refuses SINGLE_NODE_WRITER since it knows its successors',
    ...publishing((request) => modeOf(request) === 'SINGLE_NODE_WRITER', 'OK', 'INVALID_ARGUMENT'),
    caughtBy: [
      /^old-co\/publish$/,
      /^validate\/usable\//,
      /^supports\/moved\/SINGLE_NODE_MULTI_WRITER\/SINGLE_NODE_WRITER$/,
    ],
  },
  {
    name: 'never frees what NodeUnpublishVolume undoes',
    node(real) {
      const used = new Map<string, string>();
      return {
        async NodePublishVolume(request) {
          const target = used.get(request.volume_id) ?? request.target_path;
          const isSingle = !/MULTI_/.test(modeOf(request));
          const isOther = request.target_path !== '' && request.target_path !== target;
          if (isSingle && isOther) throw wrongly('FAILED_PRECONDITION');
          const answer = await real.NodePublishVolume(request);
          used.set(request.volume_id, target);
          return answer;
        },
      };
    },
    caughtBy: [/^slots\/freed\//],
  },
];
