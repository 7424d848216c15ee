import { isObject } from "../../lib/form_output.js";
import { ClassifierElement } from "../shared/classifier.js";
import { imageObject, imageObjectStyles } from "../shared/image_object.js";
import { WorkerComment, workerCommentStyles } from "./worker_comment.js";

/**
 * `<crowd-image-classifier>`: an image at `src`, one category to choose, and a comment when `<worker-comment>` is there.
 * `overlay` shows the boxes or masks of an earlier job that is being verified. Gives `{"label": "…"}`, with
 * `"workerComment"` when one was written.
 */
export class CrowdImageClassifier extends ClassifierElement {
  static attributes = { ...super.attributes, src: /** @type {const} */ ("text"), overlay: /** @type {const} */ ("json") };
  static styles = [...super.styles, ...imageObjectStyles, workerCommentStyles];

  #image = imageObject(this);
  #comment = new WorkerComment(this, () => this.#commented());

  get _submittableValue() {
    const value = /** @type {{ label: string } | undefined} */ (super._submittableValue);
    const workerComment = this.#comment.value;
    return value && workerComment !== "" ? { ...value, workerComment } : value;
  }

  /** @param {unknown} value */
  restore(value) {
    this.#comment.value = isObject(value) && typeof value.workerComment === "string" ? value.workerComment : "";
    super.restore(value);
  }

  get pageProblem() {
    return super.pageProblem || this.#image.problem;
  }

  /** @param {HTMLElement} target */
  buildTarget(target) {
    this.#image.build(target);
  }

  build() {
    super.build();
    this.layout.side.append(this.#comment.element);
    this.root.append(this.#comment.dialog);
  }

  /** @param {AbortSignal} signal */
  connected(signal) {
    super.connected(signal);
    this.#image.connect(signal);
  }

  update() {
    this.#image.update();
    this.#comment.update();
    super.update();
  }

  #commented() {
    this.update();
    this.tell("input");
    this.tell();
  }
}
