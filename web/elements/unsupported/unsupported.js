import { t } from "../../lib/i18n.js";
import { CrowdElement } from "../shared/element.js";
import { make, sheet } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/** Annotators that templates may use and that are not here. */
export const UNSUPPORTED_NAMES = [
  "crowd-bounding-box", "crowd-semantic-segmentation", "crowd-instance-segmentation", "crowd-keypoint", "crowd-polygon",
  "crowd-polyline", "crowd-line", "crowd-entity-annotation", "crowd-rekognition-detect-moderation-labels",
  "crowd-textract-analyze-document", "crowd-question-answer-generation", "crowd-text-ranking", "crowd-slider-label",
];

/**
 * What `root` uses and we do not have, in words for the worker: one of the annotators above, or any other `crowd-…` that
 * has a name and therefore wants to give an answer. Empty when all is here.
 * @param {ParentNode} root
 * @returns {string}
 */
export function unsupportedProblem(root) {
  const wants = (/** @type {Element} */ element) =>
    element instanceof UnsupportedElement ||
    (element.localName.startsWith("crowd-") && element.hasAttribute("name") && !element.matches(":defined"));
  const found = [...root.querySelectorAll("*")].find(wants);
  return found ? problemOf(found) : "";
}

/** @param {Element} element */
function problemOf(element) {
  return t("element.error-unsupported", { element: element.localName });
}

/**
 * Stands where a template uses an annotator that is not here (yet): says so, and keeps the page from being submitted,
 * since an answer without it would be lost work.
 */
export class UnsupportedElement extends CrowdElement {
  static attributes = { name: /** @type {const} */ ("text") };
  static styles = [
    sheet(`
    .note { display: flex; gap: var(--space-12); margin: var(--space-16); padding: var(--space-16); border: var(--line-width) solid var(--failed-fill); border-radius: var(--radius-card); background: var(--failed-tint); color: var(--text); overflow-wrap: anywhere; }
    .note svg { flex: none; color: var(--failed-text); }
    p { margin: 0; }
    `),
  ];

  #text = make("p");

  build() {
    this.root.append(make("div", { class: "note", role: "alert" }, icon("report-problem", 24), this.#text));
  }

  update() {
    this.#text.textContent = problemOf(this);
  }
}
