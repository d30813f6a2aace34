/** The secrets for an RPC by its name; empty without any. Never part of a report. */
export type Secrets = (rpc: string) => Record<string, string>;
