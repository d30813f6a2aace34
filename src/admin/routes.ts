import { checkedFilter, FILTER_KEYS } from '../calls/call-filter.js';
import type { CallRecord } from '../calls/call-record.js';
import { adoptionOf } from '../services/administration/adoption.js';
import { volumeNotFound } from '../services/outcome.js';
import { StatusError } from '../csi/status.js';
import { invalid, type AdminRequest } from './admin-request.js';
import type { Control } from './control.js';

/** What is answered: one JSON object, or objects one after the other as they come. */
export type AdminAnswer = object | Follow;

/** Sends what comes until the result is called. */
export class Follow {
  constructor(readonly begin: (send: (item: object) => void) => () => void) {}
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:name` stands for any one part. */
  readonly path: string;
  answer(request: AdminRequest): AdminAnswer | Promise<AdminAnswer>;
}

/** In ms: how long a wait may take. */
const LONGEST_WAIT = 24 * 3_600_000;

/** Everything that the admin socket answers, under its version. */
export function routesOf(control: Control, about: object): readonly Route[] {
  const { calls, faults } = control;
  return [
    { method: 'GET', path: '/v1', answer: () => about },
    {
      method: 'GET',
      path: '/v1/calls',
      answer(request) {
        const { last, ...filter } = request.query(...FILTER_KEYS, 'last');
        return { calls: calls.list(checkedFilter(filter), numberOf('last', last)) };
      },
    },
    {
      method: 'GET',
      path: '/v1/calls/follow',
      answer(request) {
        const filter = checkedFilter(request.query(...FILTER_KEYS));
        return new Follow((send: (call: CallRecord) => void) => calls.follow(send, filter));
      },
    },
    {
      method: 'GET',
      path: '/v1/calls/wait',
      async answer(request) {
        const { timeout, ...filter } = request.query(...FILTER_KEYS, 'timeout');
        const timeoutMs = Math.min(numberOf('timeout', timeout) ?? LONGEST_WAIT, LONGEST_WAIT);
        const { signal } = request;
        return { call: (await calls.wait(checkedFilter(filter), { timeoutMs, signal })) ?? null };
      },
    },
    { method: 'DELETE', path: '/v1/calls', answer: () => ({ forgotten: calls.reset() }) },

    { method: 'GET', path: '/v1/faults', answer: () => ({ rules: faults.list() }) },
    {
      method: 'POST',
      path: '/v1/faults',
      answer: async (request) => ({ ids: faults.add(await request.text()) }),
    },
    {
      method: 'PUT',
      path: '/v1/faults',
      answer: async (request) => ({ ids: faults.replace(await request.text()) }),
    },
    {
      method: 'DELETE',
      path: '/v1/faults',
      answer() {
        faults.clear();
        return {};
      },
    },
    {
      method: 'DELETE',
      path: '/v1/faults/:id',
      answer(request) {
        const id = request.param('id');
        if (!faults.remove(id)) throw new StatusError('NOT_FOUND', `there is no rule ${id}`);
        return {};
      },
    },

    { method: 'GET', path: '/v1/nodes', answer: () => ({ nodes: control.nodes() }) },
    { method: 'GET', path: '/v1/volumes', answer: () => ({ volumes: control.volumes() }) },
    {
      method: 'POST',
      path: '/v1/volumes',
      answer: async (request) => ({
        done: await control.adopt(adoptionOf(await request.json())),
      }),
    },
    {
      method: 'GET',
      path: '/v1/volumes/:id',
      answer(request) {
        const volume = control.volume(request.param('id'));
        if (volume === undefined) throw volumeNotFound(request.param('id'));
        return { volume };
      },
    },
    {
      method: 'PUT',
      path: '/v1/volumes/:id/health',
      async answer(request) {
        const { abnormal, ...rest } = await request.json();
        const isReason = typeof abnormal === 'string' && abnormal !== '';
        if (!(isReason || abnormal === null) || Object.keys(rest).length > 0) {
          throw invalid('body: expected {"abnormal": "reason"} or {"abnormal": null}');
        }
        control.setHealth(request.param('id'), isReason ? abnormal : undefined);
        return {};
      },
    },
    {
      method: 'DELETE',
      path: '/v1/volumes/:id/mount',
      answer(request) {
        const { path } = request.query('path');
        if (path === undefined) throw invalid('query: path is missing');
        return control.clearMount(request.param('id'), path);
      },
    },
    {
      method: 'DELETE',
      path: '/v1/volumes/:id/attachments/:node',
      answer: (request) => control.clearAttachment(request.param('id'), request.param('node')),
    },
  ];
}

function numberOf(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d{1,12}$/.test(given)) throw invalid(`query: ${name}: expected a whole number`);
  return Number(given);
}
