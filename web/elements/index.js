/**
 * The task frame: defines the crowd elements, dispatches `all-crowd-elements-ready` on the document, and talks to the
 * portal around the page. A template loads this one module in place of the two known script addresses.
 *
 * It names every module of the frame itself, so that a browser asks for all of them at once.
 */

import "../lib/bridge.js";
import "../lib/form_output.js";
import "../lib/history.js";
import "../lib/i18n.js";
import "../lib/json5.js";
import "../lib/keys.js";
import "../lib/zoom.js";
import "./crowd-form/fields.js";
import "./crowd-image-classifier/worker_comment.js";
import "./shared/category_list.js";
import "./shared/checkable.js";
import "./shared/classification_target.js";
import "./shared/classifier.js";
import "./shared/dialog.js";
import "./shared/dom.js";
import "./shared/exclusion.js";
import "./shared/field.js";
import "./shared/field_element.js";
import "./shared/icon_control.js";
import "./shared/icons.js";
import "./shared/image_object.js";
import "./shared/image_stage.js";
import "./shared/instructions.js";
import "./shared/keyboard.js";
import "./shared/label_colors.js";
import "./shared/opener.js";
import "./shared/overlay.js";
import "./shared/readable.js";
import "./shared/settings.js";
import "./shared/styles.js";
import "./shared/tabs.js";
import "./shared/task_layout.js";
import "./shared/text_field.js";
import { CrowdAlert } from "./crowd-alert/crowd-alert.js";
import { CrowdBadge } from "./crowd-badge/crowd-badge.js";
import { CrowdButton } from "./crowd-button/crowd-button.js";
import { CrowdCard } from "./crowd-card/crowd-card.js";
import { CrowdCheckbox } from "./crowd-checkbox/crowd-checkbox.js";
import { CrowdClassifier } from "./crowd-classifier/crowd-classifier.js";
import { CrowdClassifierMultiSelect } from "./crowd-classifier-multi-select/crowd-classifier-multi-select.js";
import { CrowdFab } from "./crowd-fab/crowd-fab.js";
import { CrowdForm } from "./crowd-form/crowd-form.js";
import { CrowdIconButton } from "./crowd-icon-button/crowd-icon-button.js";
import { CrowdImageClassifier } from "./crowd-image-classifier/crowd-image-classifier.js";
import { CrowdImageClassifierMultiSelect } from "./crowd-image-classifier-multi-select/crowd-image-classifier-multi-select.js";
import { CrowdInput } from "./crowd-input/crowd-input.js";
import { CrowdInstructions } from "./crowd-instructions/crowd-instructions.js";
import { CrowdModal } from "./crowd-modal/crowd-modal.js";
import { CrowdRadioButton } from "./crowd-radio-button/crowd-radio-button.js";
import { CrowdRadioGroup } from "./crowd-radio-group/crowd-radio-group.js";
import { CrowdSlider } from "./crowd-slider/crowd-slider.js";
import { CrowdTab, CrowdTabs } from "./crowd-tabs/crowd-tabs.js";
import { CrowdTextArea } from "./crowd-text-area/crowd-text-area.js";
import { CrowdToast } from "./crowd-toast/crowd-toast.js";
import { CrowdToggleButton } from "./crowd-toggle-button/crowd-toggle-button.js";
import { IronIcon } from "./iron-icon/iron-icon.js";
import { REGION_NAMES, regionClass } from "./regions/regions.js";
import { UNSUPPORTED_NAMES, UnsupportedElement } from "./unsupported/unsupported.js";
import { define } from "./shared/element.js";
import { startFrame } from "./frame.js";

/** Every element by its name. The form comes last: it moves its children, which should be what they are by then. */
const ELEMENTS = {
  "crowd-alert": CrowdAlert,
  "crowd-badge": CrowdBadge,
  "crowd-button": CrowdButton,
  "crowd-card": CrowdCard,
  "crowd-checkbox": CrowdCheckbox,
  "crowd-classifier": CrowdClassifier,
  "crowd-classifier-multi-select": CrowdClassifierMultiSelect,
  "crowd-fab": CrowdFab,
  "crowd-icon-button": CrowdIconButton,
  "crowd-image-classifier": CrowdImageClassifier,
  "crowd-image-classifier-multi-select": CrowdImageClassifierMultiSelect,
  "crowd-input": CrowdInput,
  "crowd-instructions": CrowdInstructions,
  "crowd-modal": CrowdModal,
  "crowd-radio-button": CrowdRadioButton,
  "crowd-radio-group": CrowdRadioGroup,
  "crowd-slider": CrowdSlider,
  "crowd-tab": CrowdTab,
  "crowd-tabs": CrowdTabs,
  "crowd-text-area": CrowdTextArea,
  "crowd-toast": CrowdToast,
  "crowd-toggle-button": CrowdToggleButton,
  "iron-icon": IronIcon,
  "crowd-form": CrowdForm,
};

// A template that names both script addresses loads the module once; defining twice would throw all the same.
if (!customElements.get("crowd-form")) {
  startFrame(() => {
    for (const name of REGION_NAMES) customElements.define(name, regionClass());
    for (const name of UNSUPPORTED_NAMES) define(name, class extends UnsupportedElement {});
    for (const [name, Element] of Object.entries(ELEMENTS)) define(name, Element);
  });
}
