import type { Subject } from './subject.js';
import { volumeLife } from './volume-life.js';

export const SCENARIO_NAMES = [
  'probe',
  'create',
  'publish',
  'lifecycle',
  'list',
  'start',
  'memory',
] as const;

/** As `--only` has them. */
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** Something that callers do over and over. */
export interface Scenario {
  readonly name: ScenarioName;
  readonly title: string;
  readonly callers: number;
  /** Makes what one caller needs; not measured. */
  begin(subject: Subject, caller: number): Promise<Operation>;
}

export interface Operation {
  /** What is measured. */
  run(): Promise<void>;
  /** Takes back what `begin` and a `run` that failed have left. */
  end(): Promise<void>;
}

/** With no volume present. */
export const ALONE: readonly Scenario[] = [
  probe(1),
  probe(8),
  createAndDelete(),
  publishAndUnpublish(),
  lifecycle(1),
  lifecycle(8),
];

/** With many volumes present. */
export const AMONG_MANY: readonly Scenario[] = [
  createAndDelete(),
  publishAndUnpublish(),
  lifecycle(1),
];

/** With `volumes` present. */
export function listings(volumes: number): readonly Scenario[] {
  return [100, 1000].filter((page) => page <= volumes).map((page) => listInPages(page, volumes));
}

function probe(callers: number): Scenario {
  return {
    name: 'probe',
    title: `Probe${by(callers)}`,
    callers,
    begin: async ({ client }) => ({
      run: async () => void (await client.identity.Probe({})),
      end: async () => undefined,
    }),
  };
}

function createAndDelete(): Scenario {
  return {
    name: 'create',
    title: 'create, delete',
    callers: 1,
    async begin(subject, caller) {
      const life = volumeLife(subject, caller);
      return {
        async run() {
          await life.create();
          await life.remove();
        },
        end: life.undo,
      };
    },
  };
}

function publishAndUnpublish(): Scenario {
  return {
    name: 'publish',
    title: 'publish, unpublish',
    callers: 1,
    async begin(subject, caller) {
      const life = volumeLife(subject, caller);
      try {
        await life.create();
        await life.attach();
        await life.stage();
      } catch (error) {
        await life.undo();
        throw error;
      }
      return {
        async run() {
          await life.publish();
          await life.unpublish();
        },
        end: life.undo,
      };
    },
  };
}

function lifecycle(callers: number): Scenario {
  return {
    name: 'lifecycle',
    title: `whole lifecycle${by(callers)}`,
    callers,
    async begin(subject, caller) {
      const life = volumeLife(subject, caller);
      return {
        async run() {
          await life.create();
          await life.attach();
          await life.stage();
          await life.publish();
          await life.unpublish();
          await life.unstage();
          await life.detach();
          await life.remove();
        },
        end: life.undo,
      };
    },
  };
}

function listInPages(page: number, volumes: number): Scenario {
  return {
    name: 'list',
    title: `list all, ${page} a page`,
    callers: 1,
    begin: async ({ client }) => ({
      async run() {
        let found = 0;
        let starting_token = '';
        do {
          const request = { max_entries: page, starting_token };
          const { entries, next_token } = await client.controller.ListVolumes(request);
          found += entries.length;
          starting_token = next_token;
        } while (starting_token !== '');
        if (found < volumes) throw new Error(`lists ${found} of ${volumes} volumes`);
      },
      end: async () => undefined,
    }),
  };
}

function by(callers: number): string {
  return callers === 1 ? '' : `, ${callers} callers`;
}
