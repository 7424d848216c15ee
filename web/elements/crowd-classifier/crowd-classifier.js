import { ClassifierElement } from "../shared/classifier.js";
import { classificationTarget, classificationTargetStyles } from "../shared/classification_target.js";

/**
 * `<crowd-classifier>`: text, sound, video or any HTML in `<classification-target>`, and one category to choose.
 * Gives `{"label": "…"}`.
 */
export class CrowdClassifier extends ClassifierElement {
  static styles = [...super.styles, classificationTargetStyles];

  /** @param {HTMLElement} target */
  buildTarget(target) {
    classificationTarget(target);
  }
}
