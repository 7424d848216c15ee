/** What the portal around the page has asked for; the bridge writes it, the elements read it. */
export const settings = {
  /** A key or a press on a category of the page's only field submits at once. */
  submitOnKey: false,
};

/**
 * Settles when the worker sees the page. A portal loads the next task out of sight; until it is shown, nothing there may
 * take the focus or use up its time.
 */
export const { promise: shown, resolve: showNow } = /** @type {PromiseWithResolvers<void>} */ (Promise.withResolvers());
