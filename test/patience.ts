/**
 * In ms: longer than anything takes that goes well, even on a machine that stands still for some seconds,
 * and shorter than mocha's patience with a test, so that who gives up can say what it has waited for.
 */
export const PATIENCE_MS = 50_000;
