import { loopDevices } from '../../src/host/loop-devices.js';
import { identityOf } from './scratch.js';

// Attaches an image several times, says to which devices, and keeps them until its input ends.
const [image = '', count = '1'] = process.argv.slice(2);
const loops = loopDevices('csi-mock-test-program');
const request = { image, identity: identityOf(image), readonly: true, autoclear: true };
const devices = Array.from({ length: Number(count) }, () => loops.attach(request));
process.stdout.write(`${devices.map(({ number }) => number).join(' ')}\n`);
process.stdin.resume().on('end', () => process.exit(0));
