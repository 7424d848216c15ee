/** What the portal around the page has asked for; the bridge writes it, the elements read it. */
export const settings = {
  /** A key or a press on a category of the page's only field submits at once. */
  submitOnKey: false,
};
