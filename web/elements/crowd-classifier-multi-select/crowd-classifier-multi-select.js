import { ClassifierElement } from "../shared/classifier.js";
import { classificationTarget, classificationTargetStyles } from "../shared/classification_target.js";
import { exclusionOf } from "../shared/exclusion.js";

/**
 * `<crowd-classifier-multi-select>`: as `<crowd-classifier>` with any number of categories, at least one, or the
 * `exclusion-category` alone. Gives `{"labels": ["…"]}`.
 */
export class CrowdClassifierMultiSelect extends ClassifierElement {
  static multiple = true;
  static attributes = { ...super.attributes, "exclusion-category": /** @type {const} */ ("json") };
  static styles = [...super.styles, classificationTargetStyles];

  get exclusionName() {
    return exclusionOf(this);
  }

  /** @param {HTMLElement} target */
  buildTarget(target) {
    classificationTarget(target);
  }
}
