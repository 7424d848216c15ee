import { t } from "../../lib/i18n.js";
import { make } from "../shared/dom.js";
import { OpenerElement } from "../shared/opener.js";

/** `<crowd-modal link-text link-type="link|button">`: its content in a dialog. */
export class CrowdModal extends OpenerElement {
  get defaultText() {
    return t("element.modal-click");
  }

  build() {
    super.build();
    this.dialog.content.append(make("slot"));
  }
}
