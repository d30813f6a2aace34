import { resolve } from 'node:path';
import { endpoint, type Kind } from './kind.js';
import { SOCKET_PATH_BYTES, socketPathOf } from '../csi/endpoint.js';

/** A file; comes out as an absolute path, or empty for none. */
export const optionalFile: Kind<string> = {
  form: 'value',
  placeholder: 'FILE',
  expected: 'the path of a file, or nothing',
  read(given) {
    if (typeof given !== 'string' || given.includes('\0')) return undefined;
    return given === '' ? '' : resolve(given);
  },
};

/** A unix socket; comes out as an absolute path, or empty for none. */
export const optionalSocket: Kind<string> = {
  form: 'value',
  placeholder: 'PATH',
  expected: `the path of a unix socket of at most ${SOCKET_PATH_BYTES} bytes, or nothing`,
  read(given) {
    if (given === '') return '';
    const address = endpoint.read(given);
    return address === undefined ? undefined : socketPathOf(address);
  },
};
