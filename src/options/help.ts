import { FIELDS, flagName, isField, variableNames } from './given.js';
import { row } from './columns.js';
import { HOST_PATH_FLAGS, type HostPathFlag } from './host-path-flag.js';
import { GROUPS, type Option } from './option.js';
import { profileDefaults } from './profile.js';
import { OPTIONS, type Field } from './table.js';

/** Every option, by group, in lines of at most 96 columns. */
export function optionHelp(): string {
  const groups = GROUPS.map((group) => {
    const fields = FIELDS.filter((field) => OPTIONS[field].group === group);
    return `${group}:\n${fields.map(entry).join('\n')}`;
  });
  return [...groups, profileHelp(), hostPathHelp()].join('\n\n');
}

function entry(field: Field): string {
  const option: Option<unknown> = OPTIONS[field];
  const remarks = [
    (option.derived ?? option.default) ? `default: ${option.derived ?? option.default}` : '',
    option.aliases === undefined ? '' : `also ${option.aliases.map(dashed).join(', ')}`,
    option.env === undefined ? '' : `environment: ${variableNames(field).join(' or ')}`,
  ].filter((remark) => remark !== '');
  const about = remarks.length === 0 ? option.help : `${option.help} (${remarks.join('; ')})`;
  const value = option.kind.form === 'switch' ? '[=false]' : ` ${option.kind.placeholder}`;
  return row(`  ${dashed(flagName(field))}${value}`, about);
}

function hostPathHelp(): string {
  return [
    'Other flags of csi-driver-host-path:',
    row('  understood', flagsOf('understood')),
    row('  no effect, but a warning', flagsOf('ignored')),
    row('  refused, unless off', flagsOf('refused')),
  ].join('\n');
}

function flagsOf(treatment: HostPathFlag['treatment']): string {
  return [...HOST_PATH_FLAGS]
    .filter(([, flag]) => flag.treatment === treatment)
    .map(([name]) => dashed(name))
    .join(', ');
}

function profileHelp(): string {
  const settings = Object.entries(profileDefaults('host-path')).map(([field, { value }]) =>
    isField(field) ? `${dashed(flagName(field))}=${String(value)}` : '',
  );
  return `Profiles:\n${row('  host-path', settings.join(' '))}`;
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
