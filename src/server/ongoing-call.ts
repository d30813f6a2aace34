import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import type { CallObserver, EndedCall } from '../csi/ended-call.js';
import type { Call } from '../csi/handler.js';
import { StatusError, type Code } from '../csi/status.js';
import type { Log } from '../log.js';
import { cut, idsIn, levelOf, shortName, type Level } from './call-line.js';
import { dropConnection } from './connection.js';

/**
 * In ms. A caller gives up at its own deadline, which is earlier than ours by the time that the request
 * was on its way.
 */
const DEADLINE_SLACK = 50;

const NOTHING = {};

/**
 * One call, from its first byte until both its caller and its handler are done with it. Its one line is
 * logged when the caller is: with an answer, or because it gave up. A class, because every Probe makes
 * one: closures would cost it a tenth of its time.
 */
export class OngoingCall implements Call, EndedCall {
  private readonly begun = performance.now();
  begunAt = 0;
  ms = 0;
  requestBytes: Buffer | undefined;
  request: object | undefined;
  private answerBytes: Buffer | undefined;
  /** What the handler came to: its response or its refusal. */
  private result: object | undefined;
  /** What the caller came to. */
  private outcome: StatusError | 'OK' | undefined;
  private abort: AbortController | undefined;

  /** `path` of the RPC as gRPC has it; `deadline` in ms since the epoch, Infinity without one. */
  constructor(
    private readonly log: Log,
    readonly path: string,
    private readonly deadline: number,
    private readonly observe: CallObserver | undefined,
    private readonly stream: ServerInterceptingCallInterface,
  ) {}

  /** Whether the caller is done: what the handler answers now reaches nobody. */
  get isOver(): boolean {
    return this.outcome !== undefined;
  }

  get code(): Code | 'OK' {
    return this.outcome instanceof StatusError ? this.outcome.code : 'OK';
  }

  get message(): string {
    return this.outcome instanceof StatusError ? this.outcome.message : '';
  }

  get responseBytes(): Buffer | undefined {
    return this.outcome === 'OK' ? this.answerBytes : undefined;
  }

  get response(): object | undefined {
    return this.outcome === 'OK' ? this.result : undefined;
  }

  /** Aborts with the StatusError that says why the caller is done before the handler is. */
  get signal(): AbortSignal {
    this.abort ??= new AbortController();
    this.abortIfGivenUp();
    return this.abort.signal;
  }

  warn(message: string, details?: Readonly<Record<string, unknown>>): void {
    this.log.warn({ ...details, ...this.names() }, message);
  }

  /** A request has arrived, which may be one that cannot be read. */
  arrived(bytes: Buffer): void {
    this.requestBytes = bytes;
  }

  drop(): void {
    dropConnection(this.stream);
  }

  /** The request could be read; log lines name it from now on. */
  received(request: object): void {
    this.request = request;
  }

  /** The handler is done, with its refusal or its response, which is `bytes` on the wire. */
  handled(result: object, bytes?: Buffer): void {
    this.result = result;
    this.answerBytes = bytes;
    if (!this.isOver) return;
    const answer = result instanceof StatusError ? result : 'OK';
    const isFailure = answer !== 'OK' && levelOf(this.path, answer.code) === 'error';
    this.writeLine(isFailure ? 'error' : 'debug', answer, 'ended after its caller had gone');
  }

  /** A status goes to the caller, the handler's or one of grpc-js's own. The first one counts. */
  end(code: Code | 'OK', reason: string): void {
    if (this.isOver) return;
    this.outcome = code === 'OK' ? code : this.refusal(code, reason);
    this.ms = performance.now() - this.begun;
    this.begunAt = Date.now() - this.ms;
    this.abortIfGivenUp();
    this.writeLine(levelOf(this.path, code), this.outcome, code);
    this.observe?.(this);
  }

  /** The stream is closed. Comes after every end, and without one when the caller gave up. */
  closed(): void {
    if (this.isOver) return;
    if (Date.now() + DEADLINE_SLACK < this.deadline) this.end('CANCELLED', 'the caller gave up');
    else this.end('DEADLINE_EXCEEDED', 'the deadline of the caller passed');
  }

  private abortIfGivenUp(): void {
    if (this.result === undefined && this.isOver) this.abort?.abort(this.outcome);
  }

  private refusal(code: Code, reason: string): StatusError {
    if (this.result instanceof StatusError && this.result.code === code) return this.result;
    return new StatusError(code, reason);
  }

  private writeLine(level: Level, answer: StatusError | 'OK', message: string): void {
    if (!this.log.isLevelEnabled(level)) return;
    const [code, reasons] =
      answer === 'OK' ? [answer, {}] : [answer.code, reasonsOf(level, answer)];
    const ms = Math.round((performance.now() - this.begun) * 1000) / 1000;
    const names = this.names();
    this.log[level]({ ...names, code, ms, ...reasons }, `${names.method} ${message}`);
  }

  private names(): Readonly<Record<string, string>> & { readonly method: string } {
    const result = this.result;
    const response = result === undefined || result instanceof StatusError ? NOTHING : result;
    return { method: cut(shortName(this.path)), ...idsIn(this.request ?? NOTHING, response) };
  }
}

/** The cause is for the log alone; an unexpected refusal without one is logged with its own stack. */
function reasonsOf(level: Level, refusal: StatusError): object {
  const err = refusal.cause ?? (level === 'error' ? refusal : undefined);
  return { reason: cut(refusal.message), ...(err === undefined ? {} : { err }) };
}
