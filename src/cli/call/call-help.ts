import { COMMENTS } from '../../csi/generated/comments.js';
import type { FieldType, MessageType } from '../../csi/message-type.js';
import { RPCS, type Rpc } from '../../csi/rpc.js';
import { flagHelp, type Flag } from '../flag.js';
import { CALL_FLAGS } from './call-flags.js';

/** What `csi-mock call --help` says. */
export function callHelp(): string {
  const services = (['Identity', 'Controller', 'Node'] as const).map((service) => {
    const names = [...RPCS.values()].filter((rpc) => rpc.service === service);
    return `${service}:\n${names.map(({ name }) => `  ${name}`).join('\n')}`;
  });
  return `csi-mock call RPC [options] [fields of the request] calls a CSI driver and shows its answer.

Examples:
  csi-mock call GetPluginInfo --endpoint=unix:///csi/csi.sock
  csi-mock call create-volume --name=v1 --capacity-range.required-bytes=1Gi \\
    --volume-capabilities.mount --volume-capabilities.access-mode.mode=SINGLE_NODE_WRITER
  csi-mock call NodeGetVolumeStats --json='{"volume_id": "v1", "volume_path": "/mnt"}' --format=json

${services.join('\n\n')}

Options:
${flagHelp(CALL_FLAGS)}

csi-mock call RPC --help lists the fields of an RPC. Exit codes: 0 OK; 1 the driver refused, or did not
answer; 2 the command line is wrong.
`;
}

/** What `csi-mock call RPC --help` says. */
export function rpcHelp({ name, service, request }: Rpc): string {
  const fields = fieldFlags(request);
  const list = Object.keys(fields).length === 0 ? '  none' : flagHelp(fields);
  return `csi-mock call ${name} [options] [fields of the request], service ${service}

Fields:
${list}

Options:
${flagHelp(CALL_FLAGS)}
`;
}

/** A flag for each field of a request and of the messages in it, but for secrets. */
export function fieldFlags(message: MessageType): Readonly<Record<string, Flag>> {
  return Object.fromEntries(flagsOf(message, ''));
}

function flagsOf(message: MessageType, prefix: string): (readonly [string, Flag])[] {
  return message.fields.flatMap((field) => {
    const name = `${prefix}${field.name.replaceAll('_', '-')}`;
    const { type } = field;
    const help = commentOf(message, field);
    if (field.name === 'secrets') return [];
    if (type.kind === 'message') {
      const inner = flagsOf(type.message(), `${name}.`);
      // Without fields below it, its being there is all that it says; so it is in a oneof.
      return inner.length === 0 || name.endsWith('.mount') ? [[name, { help }], ...inner] : inner;
    }
    if (type.kind === 'bool') return [[name, { help }]];
    if (type.kind === 'enum') {
      const values = `${help} ${type.values.join(', ')}.`;
      return [[name, { placeholder: 'NAME', help: values.trim(), words: type.values }]];
    }
    const repeatable = field.repeated || type.kind === 'map';
    return [[name, { placeholder: placeholderOf(field), help, repeatable }]];
  });
}

function placeholderOf({ name, type }: FieldType): string {
  switch (type.kind) {
    case 'string':
      return name.endsWith('_path') ? 'PATH' : 'TEXT';
    case 'bytes':
      return 'BYTES';
    case 'bool':
      return 'BOOL';
    case 'number':
      return name.endsWith('_bytes') ? 'SIZE' : 'N';
    case 'map':
      return 'KEY=VALUE';
    case 'enum':
      return 'NAME';
    case 'message':
      return 'JSON';
  }
}

function commentOf(message: MessageType, { name, type }: FieldType): string {
  const own = COMMENTS[`${message.name}.${name}`];
  if (own !== undefined) return own;
  return type.kind === 'message' ? (COMMENTS[type.message().name] ?? '') : '';
}
