import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CallOptions } from '../csi/client.js';
import type { CreateVolumeRequest } from '../csi/generated/csi/v1/CreateVolumeRequest.js';
import type { Volume } from '../csi/generated/csi/v1/Volume.js';
import type { VolumeCapability } from '../csi/generated/csi/v1/VolumeCapability.js';
import { StatusError, type Code } from '../csi/status.js';
import { Untestable } from './untestable.js';
import type { Deviation } from './deviation.js';
import { describeOutcome, outcomeOf, type Outcome } from './outcome.js';
import type { Secrets } from './secrets.js';
import type { Mode } from './spec-table.js';
import type { Subject, SubjectNode } from './subject.js';
import { trialVolume, type TrialVolume } from './trial-volume.js';
import type { Undo } from './undo.js';

/** What a check works with: the driver, volumes of its own, and a place to note what deviates. */
export interface Trial {
  readonly subject: Subject;
  /** The first node. */
  readonly node: SubjectNode;
  /** Options for every call of a check: its deadline, and a signal that the run ends. */
  readonly call: CallOptions;
  readonly secrets: Secrets;
  /** Parameters for CreateVolume, as the user gave them. */
  readonly parameters: Record<string, string>;
  /** What must be undone when the check ends, beside what volumes undo themselves. */
  readonly undo: Undo;
  /** A name for a volume that is the check's alone. */
  volumeName(): string;
  /**
   * Sends a CreateVolume with a name of its own unless `request` has one. Rejects with a StatusError
   * as the driver refuses; what it creates is removed when the check ends.
   */
  create(request: CreateVolumeRequest): Promise<TrialVolume>;
  /**
   * Creates a volume, which is removed with all that was done to it when the check ends. Throws
   * Untestable when the driver does not create it.
   */
  volume(capabilities: readonly VolumeCapability[]): Promise<TrialVolume>;
  /** Creates a volume for a mode and brings it, by mount, as far as a publish on the first node. */
  readyVolume(mode: Mode): Promise<TrialVolume>;
  /** The same for a capability; the volume is created for those `beside` it, too. */
  readyFor(
    capability: VolumeCapability,
    ...beside: readonly VolumeCapability[]
  ): Promise<TrialVolume>;
  /**
   * Restarts the driver and resolves once it answers again; undefined when nobody told the checker how.
   * Throws Untestable when it does not come back.
   */
  readonly restart: (() => Promise<void>) | undefined;
  /** An absolute path that nothing stands at; its parent exists. */
  freshPath(): string;
  /**
   * Expects an answer and notes a deviation when its code is none of `wanted`. `sent` is the call in
   * words, without secrets.
   */
  expect(sent: string, call: Promise<unknown>, wanted: readonly (Code | 'OK')[]): Promise<Outcome>;
  /** Runs a step that the check needs but is not about; throws Untestable when it is refused. */
  need<Result>(step: string, call: Promise<Result>): Promise<Result>;
  /** Notes what deviates in a way that is no answer of a call. */
  deviates(deviation: Deviation): void;
  /** Notes which of several allowed readings the driver follows. */
  reads(reading: string): void;
}

export interface TrialDeps {
  readonly subject: Subject;
  readonly node: SubjectNode;
  readonly call: CallOptions;
  readonly secrets: Secrets;
  readonly parameters: Record<string, string>;
  readonly undo: Undo;
  /** The beginning of the names of all volumes of the run. */
  readonly prefix: string;
  /** Of this check alone; it exists. */
  readonly directory: string;
  readonly deviations: Deviation[];
  readonly readings: string[];
  readonly restart: Trial['restart'];
}

/** A capability of mount access for a mode. */
export function mountCapability(
  mode: Mode,
  mount: NonNullable<VolumeCapability['mount']> = {},
): VolumeCapability {
  return { access_mode: { mode }, mount };
}

export function createTrial(deps: TrialDeps): Trial {
  const { subject, call, secrets, undo, directory, parameters } = deps;
  const { CreateVolume } = subject.controller.controller;
  let paths = 0;

  const volumeOf = (volume: Volume | null): TrialVolume =>
    trialVolume(volume ?? {}, {
      subject,
      call,
      secrets,
      undo,
      directory: join(directory, `volume-${(paths += 1)}`),
    });

  /** Learns by an identical repeat what a CreateVolume without an answer has made, if anything. */
  async function removeUnanswered(request: CreateVolumeRequest): Promise<void> {
    let made: TrialVolume;
    try {
      const { volume } = await CreateVolume(request, call);
      made = volumeOf(volume);
    } catch (error) {
      if (!isUnanswered(error)) return;
      throw new Error(`a volume may exist under the name ${request.name}`, { cause: error });
    }
    await made.remove();
  }

  const trial: Trial = {
    subject,
    node: deps.node,
    call,
    secrets,
    parameters,
    undo,
    volumeName: () => `${deps.prefix}-${randomUUID().slice(0, 13)}`,

    async create(request) {
      const complete = {
        name: trial.volumeName(),
        parameters,
        secrets: secrets('CreateVolume'),
        ...request,
      };
      const isSent = call.signal?.aborted !== true;
      const { volume } = await CreateVolume(complete, call).catch((error: unknown) => {
        if (isSent && isUnanswered(error)) undo.push(() => removeUnanswered(complete));
        throw error;
      });
      const made = volumeOf(volume);
      undo.push(made.remove);
      return made;
    },

    volume: (capabilities) =>
      trial.need('CreateVolume', trial.create({ volume_capabilities: [...capabilities] })),

    restart: deps.restart,
    readyVolume: (mode) => trial.readyFor(mountCapability(mode)),

    async readyFor(capability, ...beside) {
      const volume = await trial.volume([capability, ...beside]);
      await trial.need('ControllerPublishVolume', volume.attach(capability));
      await trial.need('NodeStageVolume', volume.stage(capability));
      return volume;
    },

    freshPath() {
      const parent = join(directory, `path-${(paths += 1)}`);
      mkdirSync(parent);
      return join(parent, 'path');
    },

    async expect(sent, answer, wanted) {
      const outcome = await outcomeOf(answer);
      if (!wanted.includes(outcome.code)) {
        trial.deviates({ sent, came: describeOutcome(outcome), wanted: wanted.join(' or ') });
      }
      return outcome;
    },

    async need(step, answer) {
      try {
        return await answer;
      } catch (error) {
        const { code, message } = StatusError.from(error);
        throw new Untestable(`${step} was refused: ${code} (${message})`, { cause: error });
      }
    },

    deviates: (deviation) => void deps.deviations.push(deviation),
    reads: (reading) => void deps.readings.push(reading),
  };
  return trial;
}

/** Whether a call may have been carried out although it failed. */
function isUnanswered(error: unknown): boolean {
  return UNANSWERED.has(StatusError.from(error).code);
}

const UNANSWERED: ReadonlySet<Code> = new Set(['CANCELLED', 'DEADLINE_EXCEEDED', 'UNAVAILABLE']);
