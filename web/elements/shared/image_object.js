import { t } from "../../lib/i18n.js";
import { make, sheet } from "./dom.js";
import { ImageStage, imageStageStyles } from "./image_stage.js";
import { Overlay, overlayStyles } from "./overlay.js";

/**
 * The image of an image classifier, from the host's `src`, with what its `overlay` draws on it.
 * @param {import("./element.js").CrowdElement} host
 */
export function imageObject(host) {
  const stage = new ImageStage(host);
  const overlay = new Overlay(stage);
  host.addEventListener("cairn-image-shown", () => host.isConnected && host.update());
  return {
    /** Why nobody can judge the image; empty when it can be seen, or is on its way. */
    get problem() {
      return stage.failed ? t("element.error-image") : overlay.problem;
    },

    /** @param {HTMLElement} target */
    build(target) {
      target.classList.add("image");
      target.append(make("div", { class: "image-pane" }, stage.element), overlay.legend, make("div", { class: "rest" }, make("slot")));
    },

    /** @param {AbortSignal} signal */
    connect(signal) {
      stage.connect(signal);
    },

    update() {
      stage.show(host.getAttribute("src") ?? "");
      stage.update();
      overlay.show(host.readJson("overlay"));
    },
  };
}

export const imageObjectStyles = [
  imageStageStyles,
  overlayStyles,
  sheet(`
  .target.image { display: flex; flex-direction: column; overflow: hidden; }
  .image-pane { flex: 1; min-height: 0; }
`),
];
