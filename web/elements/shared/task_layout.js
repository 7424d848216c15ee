import { make, setText, sheet } from "./dom.js";
import { instructionsStyles } from "./instructions.js";

/**
 * The frame of an annotator: instructions at the left, the question and the object in the middle, the choices at the
 * right; on a narrow page one under the other, the choices last where the thumb is.
 *
 * The class names `annotation-area` and `category-picker-wrapper` are the ones that templates look for.
 */
export class TaskLayout {
  #question = make("h1", { class: "question", id: "question", dir: "auto" });
  #problem = make("p", { class: "banner", role: "alert" });
  /** Where the object is shown. */
  target = make("div", { class: "target" });
  /** Where the choices are; ends with the line of the field's problem. */
  side = make("aside", { class: "side category-picker-wrapper" });

  /** @param {import("./instructions.js").Instructions} instructions */
  constructor(instructions) {
    this.element = make(
      "div",
      { class: "annotation-area" },
      instructions.pane,
      make("div", { class: "middle" }, make("div", { class: "head" }, this.#question, instructions.opener), this.#problem, this.target),
      this.side,
      instructions.dialog,
    );
  }

  /**
   * @param {string} question
   * @param {string} problem something wrong with the page itself, told above the object
   */
  update(question, problem) {
    setText(this.#question, question);
    setText(this.#problem, problem);
  }
}

export const taskLayoutStyles = [
  instructionsStyles,
  sheet(`
  :host { display: flex; flex-direction: column; container-type: inline-size; min-height: 320px; background: var(--ground); color: var(--text); }
  .annotation-area { flex: 1; display: flex; min-height: 0; }
  .middle { flex: 1; display: flex; flex-direction: column; min-width: 0; min-height: 0; }
  .head { flex: none; display: flex; align-items: center; justify-content: space-between; gap: var(--space-12); padding: var(--space-8) var(--space-16); border-block-end: var(--line-width) solid var(--line); background: var(--surface); }
  .head:has(.question:empty):not(:has(.opener:not([hidden]))) { display: none; }
  .question { margin: 0; min-height: 24px; font: var(--weight-medium) var(--text-16) / var(--line-heading) var(--font-text); align-content: center; overflow-wrap: anywhere; text-align: start; }
  .banner { flex: none; margin: 0; padding: var(--space-8) var(--space-16); background: var(--failed-tint); color: var(--failed-text); font-weight: var(--weight-medium); overflow-wrap: anywhere; }
  .banner:empty { display: none; }
  .target { flex: 1; min-height: 0; overflow: auto; }
  .side { flex: none; display: flex; flex-direction: column; gap: var(--space-8); width: clamp(184px, 24%, 288px); min-height: 0; padding: var(--space-12); border-inline-start: var(--line-width) solid var(--line); background: var(--surface); overflow-y: auto; }

  @container (max-width: 640px) {
    .annotation-area { flex-direction: column; }
    .instructions { display: none; }
    .opener:not([hidden]) { display: inline-flex; }
    .head { padding: var(--space-8) var(--space-12); }
    .head:has(.question:empty) { display: flex; justify-content: flex-end; }
    .head:has(.question:empty):not(:has(.opener:not([hidden]))) { display: none; }
    .target { min-height: 96px; }
    .side { width: auto; max-height: 55%; border-inline-start: 0; border-block-start: var(--line-width) solid var(--line); padding: var(--space-8) var(--space-12) var(--space-12); }
    .side .items { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 136px), 1fr)); gap: var(--space-8); align-content: start; grid-auto-rows: max-content; }
    .side .category { min-height: 48px; }
    .side .category.exclusion { grid-column: 1 / -1; margin-block-start: 0; }
  }
`),
];
