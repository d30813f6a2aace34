import { expect } from 'chai';
import { withDriver } from './driver-under-test.js';
import { refused } from './refusal.js';
import { createdVolume, type TestVolume } from './test-volume.js';

/**
 * The failures that Kubernetes' end-to-end suite has its mock driver play around staging, as rules; and
 * a CO that goes on as a kubelet does. What came of it is read from the call log, where repeats count
 * as one.
 */
describe("the sequences of Kubernetes' suite, as fault rules", () => {
  const driver = withDriver({ attach: false });
  afterEach(() => driver.driver.faults.clear());

  const TIMES = 3;
  const patiently = async (call: () => Promise<unknown>): Promise<void> => {
    for (let attempt = 0; attempt <= TIMES; attempt++) {
      if (
        await call().then(
          () => true,
          () => false,
        )
      )
        return;
    }
  };
  /** One pod: it is deleted once it runs, or after some attempts to stage. */
  const pod = async (volume: TestVolume): Promise<void> => {
    await patiently(() => volume.stage());
    await patiently(() => volume.unstage());
  };

  function calls(volume: TestVolume): readonly string[] {
    const all = driver.driver.calls
      .list({ volume: volume.id })
      .filter(({ rpc }) => rpc.endsWith('stageVolume') || rpc.endsWith('StageVolume'))
      .map(({ rpc, code }) => `${rpc} ${code}`);
    return all.filter((each, index) => each !== all[index - 1]);
  }

  const stageCases: [string, string, readonly string[]][] = [
    ['success', '', ['NodeStageVolume OK', 'NodeUnstageVolume OK']],
    [
      'a final error, then success',
      '{rpc: NodeStageVolume, first: 3, fail: {code: INVALID_ARGUMENT, message: fake error}}',
      ['NodeStageVolume INVALID_ARGUMENT', 'NodeStageVolume OK', 'NodeUnstageVolume OK'],
    ],
    [
      'a transient error, then success',
      '{rpc: NodeStageVolume, fail: [DEADLINE_EXCEEDED, DEADLINE_EXCEEDED, DEADLINE_EXCEEDED]}',
      ['NodeStageVolume DEADLINE_EXCEEDED', 'NodeStageVolume OK', 'NodeUnstageVolume OK'],
    ],
    [
      'a transient error without end, and unstaging for safety',
      '{rpc: NodeStageVolume, fail: DEADLINE_EXCEEDED}',
      ['NodeStageVolume DEADLINE_EXCEEDED', 'NodeUnstageVolume OK'],
    ],
    [
      'a transient error although it is staged, and unstaging that is needed',
      '{rpc: NodeStageVolume, when: after, fail: DEADLINE_EXCEEDED}',
      ['NodeStageVolume DEADLINE_EXCEEDED', 'NodeUnstageVolume OK'],
    ],
  ];
  for (const [title, rule, expected] of stageCases) {
    it(`staging: ${title}`, async () => {
      driver.driver.faults.add(rule);
      const volume = await createdVolume(driver, 'SINGLE_NODE_WRITER');
      await pod(volume);
      expect(calls(volume)).to.deep.equal(expected);
    });
  }

  it('staging: a final error without end, and nothing to unstage', async () => {
    driver.driver.faults.add('{rpc: NodeStageVolume, fail: INVALID_ARGUMENT}');
    const volume = await createdVolume(driver, 'SINGLE_NODE_WRITER');
    await patiently(() => volume.stage());
    expect(calls(volume)).to.deep.equal(['NodeStageVolume INVALID_ARGUMENT']);
    expect(driver.driver.volume(volume.id)?.stagings).to.deep.equal([]);
  });

  it('staging: a call that times out, and the repeat', async () => {
    driver.driver.faults.add('{rpc: NodeStageVolume, nth: 1, hang: true}');
    const volume = await createdVolume(driver, 'SINGLE_NODE_WRITER');
    const request = {
      volume_id: volume.id,
      staging_target_path: volume.stagingPath,
      volume_capability: volume.capability,
    };
    // On a machine that stands still for a moment, the time may be over before the call has left.
    const hasHung = () => driver.driver.faults.list()[0]?.fired === 1;
    while (!hasHung()) {
      const call = driver.client.node.NodeStageVolume(request, { deadlineMs: 50 });
      await refused(call, 'DEADLINE_EXCEEDED');
    }
    await pod(volume);
    const [timedOut, ...later] = calls(volume);
    // Who gives up at a deadline that comes late to the driver seems to give up before it.
    expect(timedOut).to.match(/^NodeStageVolume (DEADLINE_EXCEEDED|CANCELLED)$/);
    expect(later).to.deep.equal(['NodeStageVolume OK', 'NodeUnstageVolume OK']);
  });

  for (const [title, code] of [
    ['a final error', 'INVALID_ARGUMENT'],
    ['a transient error', 'DEADLINE_EXCEEDED'],
  ] as const) {
    it(`unstaging: ${title} after the first pod, then a second pod`, async () => {
      const [id = ''] = driver.driver.faults.add(`{rpc: NodeUnstageVolume, fail: ${code}}`);
      const volume = await createdVolume(driver, 'SINGLE_NODE_WRITER');
      await pod(volume);
      await volume.stage();
      // The second pod runs: the first one's volume is unstaged no more.
      driver.driver.faults.remove(id);
      await volume.unstage();
      expect(calls(volume)).to.deep.equal([
        'NodeStageVolume OK',
        `NodeUnstageVolume ${code}`,
        'NodeStageVolume OK',
        'NodeUnstageVolume OK',
      ]);
    });
  }
});
