import { ClassifierElement } from "../shared/classifier.js";
import { exclusionOf } from "../shared/exclusion.js";
import { imageObject, imageObjectStyles } from "../shared/image_object.js";

/**
 * `<crowd-image-classifier-multi-select>`: an image at `src` and any number of categories, at least one, or the
 * `exclusion-category` alone. Gives `{"labels": ["…"]}`.
 */
export class CrowdImageClassifierMultiSelect extends ClassifierElement {
  static multiple = true;
  static attributes = { ...super.attributes, src: /** @type {const} */ ("text"), "exclusion-category": /** @type {const} */ ("json") };
  static styles = [...super.styles, ...imageObjectStyles];

  #image = imageObject(this);

  get exclusionName() {
    return exclusionOf(this);
  }

  get pageProblem() {
    return super.pageProblem || this.#image.problem;
  }

  /** @param {HTMLElement} target */
  buildTarget(target) {
    this.#image.build(target);
  }

  /** @param {AbortSignal} signal */
  connected(signal) {
    super.connected(signal);
    this.#image.connect(signal);
  }

  update() {
    this.#image.update();
    super.update();
  }
}
