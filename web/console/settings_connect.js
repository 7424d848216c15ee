/** How a script or the aws command line reaches this server. */

import { fill, h } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { t } from "../pages/messages.js";
import { copyButton, copyable, pageHead, problemBanner, tabLinks } from "./parts.js";

/** @import { App } from "./index.js" */
/** @import { Overview } from "./types.js" */

/** @param {App} app @param {"connect"|"keys"} current */
export function settingsTabs(app, current) {
  return tabLinks(t("console.nav.settings"), [
    { title: t("console.connect"), href: "#/settings", current: current === "connect" },
    ...(app.isAdministrator ? [{ title: t("console.access_keys"), href: "#/settings/keys", current: current === "keys" }] : []),
  ]);
}

export class ConnectPage {
  #app;
  #pane = h("div.stack");

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  open() {
    this.#app.title(t("console.connect"));
    fill(this.#app.content, pageHead(t("console.nav.settings")), settingsTabs(this.#app, "connect"), this.#pane);
    void this.#load();
  }

  close() {}

  async #load() {
    try {
      this.#draw(await this.#app.overview());
    } catch (error) {
      fill(this.#pane, problemBanner(errorText(error)), h("button.button", { type: "button", onclick: () => void this.#load() }, t("page.try_again")));
    }
  }

  /** @param {Overview} overview */
  #draw({ endpoint, region, accountId, portalUrl }) {
    const value = (/** @type {string} */ name, /** @type {string} */ text) =>
      h("div", {}, h("dt", {}, t(`console.connect.${name}`)), h("dd", {}, copyable(text, t(`console.connect.${name}`))));
    fill(
      this.#pane,
      h(
        "section.card.stack",
        {},
        h("h2", {}, t("console.connect.addresses")),
        h("dl.values", {}, value("endpoint", endpoint), value("region", region), value("account", accountId), value("portal", portalUrl)),
      ),
      h(
        "section.card.stack",
        {},
        h("h2", {}, t("console.connect.shell")),
        h("p", {}, t("console.connect.shell.help"), " ", this.#app.isAdministrator ? h("a", { href: "#/settings/keys" }, t("console.access_keys.create")) : t("console.connect.ask")),
        block(exportLines({ endpoint, region }), t("console.connect.shell")),
      ),
      h(
        "section.card.stack",
        {},
        h("h2", {}, t("console.connect.try")),
        h("p", {}, t("console.connect.try.help")),
        block(`aws s3 ls\naws sagemaker list-labeling-jobs`, t("console.connect.try")),
        block(`import boto3\n\nsagemaker = boto3.client("sagemaker")\nfor job in sagemaker.list_labeling_jobs()["LabelingJobSummaryList"]:\n    print(job["LabelingJobName"], job["LabelingJobStatus"])`, "boto3"),
      ),
    );
  }
}

/** Lines for a shell. @param {{endpoint: string, region: string, id?: string, secret?: string}} values */
export const exportLines = ({ endpoint, region, id = "…", secret = "…" }) =>
  [`export AWS_ENDPOINT_URL=${endpoint}`, `export AWS_DEFAULT_REGION=${region}`, `export AWS_ACCESS_KEY_ID=${id}`, `export AWS_SECRET_ACCESS_KEY=${secret}`].join("\n");

/** Lines of code with a button that copies them. @param {string} text @param {string} what */
export const block = (text, what) => h("div.code-block", {}, h("pre", { tabindex: "0" }, h("code", {}, text)), copyButton(text, what));
