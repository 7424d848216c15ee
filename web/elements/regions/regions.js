/**
 * The regions of an element (`<short-instructions>` and the like) are elements without behaviour: each goes to the slot
 * of its own name, wherever a template puts it.
 */
export const REGION_NAMES = [
  "short-instructions", "full-instructions", "classification-target", "worker-comment",
  "short-summary", "detailed-instructions", "positive-example", "negative-example",
];

/** One region; every name needs a class of its own. */
export function regionClass() {
  return class extends HTMLElement {
    connectedCallback() {
      this.slot ||= this.localName;
    }
  };
}
