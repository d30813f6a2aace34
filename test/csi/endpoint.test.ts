import { resolve } from 'node:path';
import { expect } from 'chai';
import { EndpointError, socketPathOf } from '../../src/csi/endpoint.js';

describe('socketPathOf', () => {
  const accepted: [endpoint: string, path: string][] = [
    ['unix:///csi/csi.sock', '/csi/csi.sock'],
    ['unix:/csi/csi.sock', '/csi/csi.sock'],
    ['/csi/csi.sock', '/csi/csi.sock'],
    ['UNIX:///csi/csi.sock', '/csi/csi.sock'],
    ['unix:csi.sock', resolve('csi.sock')],
    ['unix://tmp/csi.sock', resolve('tmp/csi.sock')],
    ['csi.sock', resolve('csi.sock')],
    ['./run/csi.sock', resolve('run/csi.sock')],
    ['unix:////csi//csi.sock', '/csi/csi.sock'],
    ['unix:///csi/a:b.sock', '/csi/a:b.sock'],
    ['/csi/a:b.sock', '/csi/a:b.sock'],
    ['unix:///csi/with space and ü.sock', '/csi/with space and ü.sock'],
    ['unix:///csi/100%25.sock', '/csi/100%25.sock'],
  ];
  for (const [endpoint, path] of accepted) {
    it(`${endpoint} is ${path}`, () => {
      expect(socketPathOf(endpoint)).to.equal(path);
    });
  }

  const refused: [title: string, endpoint: string, message: RegExp][] = [
    ['nothing', '', /^expected the address of a unix socket.* got ""$/],
    ['a scheme without a path', 'unix:', /got "unix:"$/],
    ['a scheme with slashes without a path', 'unix://', /got "unix:\/\/"$/],
    ['a TCP address', 'tcp://127.0.0.1:10000', /a CSI endpoint is always a unix socket/],
    ['another scheme in capitals', 'TCP://0.0.0.0:1', /a CSI endpoint is always a unix socket/],
    ['an address of the DNS', 'dns:///csi', /a CSI endpoint is always a unix socket/],
    ['a host and a port', 'localhost:10000', /a CSI endpoint is always a unix socket/],
    ['an abstract socket', 'unix-abstract:csi', /a CSI endpoint is always a unix socket/],
    ['a NUL character', 'unix:///csi\0/csi.sock', /without NUL characters, got "unix:.*\\u0000/],
  ];
  for (const [title, endpoint, message] of refused) {
    it(`${title} is refused`, () => {
      expect(() => socketPathOf(endpoint)).to.throw(EndpointError, message);
    });
  }

  describe('the length of the path', () => {
    const lengths: [title: string, path: string, accepted: boolean][] = [
      ['107 bytes', `/${'x'.repeat(106)}`, true],
      ['108 bytes', `/${'x'.repeat(107)}`, false],
      ['107 bytes in fewer characters', `/${'ü'.repeat(53)}`, true],
      ['109 bytes in 55 characters', `/${'ü'.repeat(54)}`, false],
    ];
    for (const [title, path, isAccepted] of lengths) {
      it(`${title}: ${isAccepted ? 'accepted' : 'refused with the limit and the length'}`, () => {
        const parse = (): string => socketPathOf(`unix://${path}`);
        if (isAccepted) expect(parse()).to.equal(path);
        else expect(parse).to.throw(EndpointError, /at most 107 bytes.* got 10[89]/);
      });
    }

    it('counts for a relative path from the root on', () => {
      const endpoint = 'x'.repeat(107 - process.cwd().length);
      expect(() => socketPathOf(endpoint)).to.throw(EndpointError, /got 108/);
      expect(socketPathOf(endpoint.slice(1))).to.have.lengthOf(107);
    });
  });
});
