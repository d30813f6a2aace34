import { count, onOff, text, type Kind } from './kind.js';
import type { Field } from './table.js';

/** What a flag of another driver comes to here. */
export type Meaning =
  | { readonly settings: { readonly [F in Field]?: string } }
  | { readonly ignored: string }
  | { readonly refused: string };

/** A flag that csi-driver-host-path has, other than by a name that is in the table of our options. */
export interface HostPathFlag {
  readonly form: 'switch' | 'value' | 'list';
  readonly expected: string;
  readonly treatment: 'understood' | 'ignored' | 'refused';
  /** Undefined when the value means nothing. */
  read(value: string): Meaning | undefined;
}

const anything = text('VALUE', /^/, 4096, 'text');
const LOG = 'there is one log, which --log-level and --log-format govern';

/**
 * The flags of csi-driver-host-path v1.18, klog's among them, that are not simply names of ours. What
 * only tunes that program is ignored, and said so at start; what would leave its user with a driver
 * that behaves in another way is refused, unless the flag asks for what is the case anyway.
 */
export const HOST_PATH_FLAGS: ReadonlyMap<string, HostPathFlag> = new Map(
  Object.entries({
    v: means(count, (level) => ({ logLevel: level >= 4 ? 'debug' : 'info' })),
    'check-volume-lifecycle': means(onOff, (on) => ({ lifecycle: on ? 'enforce' : 'warn' })),
    // There, this is the number that NodeGetInfo reports and attach-limit the one that is enforced,
    // which replaces the reported one too. Here they are one number, as the spec has it.
    maxvolumespernode: means(count, (limit) => ({ attachLimit: String(limit) })),
    'disable-controller-expansion': means(onOff, (off) =>
      off ? { withoutControllerCapability: 'EXPAND_VOLUME' } : {},
    ),
    'disable-node-expansion': means(onOff, (off) =>
      off ? { withoutNodeCapability: 'EXPAND_VOLUME' } : {},
    ),
    'enable-list-snapshots': means(onOff, (on) =>
      on ? {} : { withoutControllerCapability: 'LIST_SNAPSHOTS' },
    ),
    'enable-volume-expansion': means(onOff, (on) => (on ? {} : { volumeExpansion: 'off' })),

    'accepted-mutable-parameter-names': ignored(anything, 'CSI v1.5 cannot modify a volume'),
    'snapshot-metadata-block-type': ignored(anything, 'CSI v1.5 has no snapshot metadata'),
    automaxprocs: ignored(onOff, 'it tunes the runtime of Go'),
    logtostderr: ignored(onOff, LOG),
    alsologtostderr: ignored(onOff, LOG),
    alsologtostderrthreshold: ignored(anything, LOG),
    stderrthreshold: ignored(anything, LOG),
    legacy_stderr_threshold_behavior: ignored(onOff, LOG),
    log_dir: ignored(anything, LOG),
    log_file: ignored(anything, LOG),
    log_file_max_size: ignored(anything, LOG),
    log_backtrace_at: ignored(anything, LOG),
    add_dir_header: ignored(onOff, LOG),
    skip_headers: ignored(onOff, LOG),
    skip_log_headers: ignored(onOff, LOG),
    one_output: ignored(onOff, LOG),
    vmodule: ignored(anything, LOG),

    // Nothing could be provisioned there, and every volume would be deleted with its pod.
    ephemeral: refused(
      onOff,
      'false',
      'it is for Kubernetes 1.15, which cannot ask for inline volumes',
    ),
    // A sidecar would wait for the capability, and a PersistentVolumeClaim for its new class.
    'enable-controller-modify-volume': refused(onOff, 'false', 'CSI v1.5 cannot modify a volume'),
    // A sidecar would call a service that is not there.
    'enable-snapshot-metadata': refused(onOff, 'false', 'CSI v1.5 has no snapshot metadata'),
    // A test of failing expansions would see them succeed.
    'max-volume-size-node': refused(anything, '0', 'the node service has no bound of its own'),
  }),
);

/** A flag that says what options of ours say. */
function means<Value>(
  kind: Kind<Value>,
  settings: (value: Value) => { readonly [F in Field]?: string },
): HostPathFlag {
  return flag(kind, 'understood', (value) => ({ settings: settings(value) }));
}

/** A flag that may say what it likes. */
function ignored(kind: Kind<unknown>, why: string): HostPathFlag {
  return flag(kind, 'ignored', () => ({ ignored: why }));
}

/** A flag that may only say `harmless`. */
function refused(kind: Kind<unknown>, harmless: string, why: string): HostPathFlag {
  return flag(kind, 'refused', (value) =>
    value === kind.read(harmless) ? { settings: {} } : { refused: why },
  );
}

function flag<Value>(
  kind: Kind<Value>,
  treatment: HostPathFlag['treatment'],
  meaning: (value: Value) => Meaning,
): HostPathFlag {
  return {
    form: kind.form,
    expected: kind.expected,
    treatment,
    read(given) {
      const value = kind.read(given);
      return value === undefined ? undefined : meaning(value);
    },
  };
}
