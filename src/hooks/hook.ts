/** When a hook runs: before the driver does what is asked, or after it did. */
export type HookPoint = 'before' | 'after';

/** What a hook is told of a call. */
export interface HookCall {
  /** `NodePublishVolume`. */
  readonly method: string;
  /** `Identity`, `Controller` or `Node`. */
  readonly service: string;
  /** The node whose socket the call came to. */
  readonly node: string;
  /** As the interface names the fields, with secrets; `before` may change it. */
  request: object;
}

/** Hooks of whichever kind, in the thread where they run. */
export interface Hooks {
  /** The RPCs that have a hook; `all` where the hook itself tells them apart. */
  readonly hooked: Readonly<Record<HookPoint, readonly string[] | 'all'>>;
  /** What the hook returns. Rejects with what it throws. */
  run(point: HookPoint, call: HookCall, response: object | undefined): Promise<unknown>;
}

/** What has come of a hook. Messages are JSON text. */
export type HookOutcome =
  | { readonly kind: 'unchanged' }
  /** Another request for the driver, or another response for the caller. */
  | { readonly kind: 'changed'; readonly message: string }
  /** A response before the driver has seen the call, which it then never does. */
  | { readonly kind: 'answered'; readonly message: string }
  /** `code`: what the exception has under this name, as it is. */
  | {
      readonly kind: 'thrown';
      readonly code: unknown;
      readonly message: string;
      readonly stack: string;
    }
  /** The hook did not end, or with nothing that can be sent; ends the sentence "hook before ...". */
  | { readonly kind: 'lost'; readonly reason: string };

/** From the driver to the thread. */
export type ToThread =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly point: HookPoint;
      readonly call: string;
      readonly response: string | undefined;
    }
  | { readonly kind: 'ping'; readonly id: number };

/** From the thread to the driver. */
export type FromThread =
  | { readonly kind: 'ready'; readonly hooked: Hooks['hooked'] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'begun' | 'pong'; readonly id: number }
  | { readonly kind: 'done'; readonly id: number; readonly outcome: HookOutcome }
  | { readonly kind: 'log'; readonly text: string };

/** What the thread is started with. */
export interface ThreadData {
  readonly path: string;
  /** What one script of the old format may take, in ms. */
  readonly scriptTime: number;
  /** One number: the lines for the log that the driver has not taken yet. */
  readonly unread: Int32Array;
}
