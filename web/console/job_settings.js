/** What a job was created with, as it is needed again: paths and ARNs can be copied, the output manifest downloaded. */

import { h, icon } from "../pages/dom.js";
import { duration } from "../pages/format.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { number, percent } from "./figures.js";
import { consolidationName, copyable, taskTypeName } from "./parts.js";
import { address } from "./route.js";

/** @import { Job } from "./types.js" */

export class SettingsTab {
  element;

  /** @param {Job} job */
  constructor(job) {
    const made = job.configuration;
    const labels = job.progress.distribution.map(({ label }) => label);
    /** @type {[string, [string, any][]][]} */
    const groups = [
      [
        "data",
        [
          ["input_manifest", copied("input_manifest", made.inputManifest)],
          ["output_manifest", h("div.value-lines", {}, copied("output_manifest", made.outputManifest.uri),
            made.outputManifest.ready
              ? h("a", { href: api.outputManifestAddress(job.name), download: true }, icon("download"), t("console.job.download"))
              : h("span.quiet", {}, t("console.config.not_ready")))],
          ["output_path", copied("output_path", made.outputPath)],
          ["label_attribute", copied("label_attribute", made.labelAttributeName)],
        ],
      ],
      [
        "question",
        [
          ["task_type", taskTypeName(job.taskType)],
          ["title", job.title],
          ["labels", h("span.chips", {}, labels.map((label) => h("span.chip", {}, label)))],
          ["label_categories", copied("label_categories", made.labelCategoryConfig)],
          ["template", copied("template", made.template)],
          ["keywords", made.keywords.join(t("console.list_separator")) || null],
        ],
      ],
      [
        "work",
        [
          ["workteam", h("a", { href: address(["teams", made.workteam.name]) }, made.workteam.name)],
          ["workers_per_object", number(made.workersPerObject)],
          ["time_limit", duration(made.taskTimeLimitSeconds)],
          ["availability", made.taskAvailabilityLifetimeSeconds === null ? null : duration(made.taskAvailabilityLifetimeSeconds)],
          ["concurrent", made.maxConcurrentTaskCount === null ? null : number(made.maxConcurrentTaskCount)],
          ["submit_on_key", t(made.submitOnKey ? "console.yes" : "console.no")],
          ["consolidation", made.consolidation === null ? t("console.consolidation.own") : consolidationName(made.consolidation)],
          ["confidence_target", made.confidenceTarget === null ? null : t("console.config.confidence_target.value", { share: percent(made.confidenceTarget), least: made.workersMin ?? 1 })],
          ["answers_mean", made.answersMean === null ? null : t("console.config.answers_mean.value", { mean: number(made.answersMean), least: made.workersMin ?? 1 })],
          ["stop_count", made.maxHumanLabeledObjectCount === null ? null : number(made.maxHumanLabeledObjectCount)],
          ["stop_percent", made.maxPercentageOfInputDatasetLabeled === null ? null : `${number(made.maxPercentageOfInputDatasetLabeled)} %`],
        ],
      ],
      [
        "names",
        [
          ["job_arn", copied("job_arn", job.arn)],
          ["workteam_arn", copied("workteam_arn", made.workteam.arn)],
          ["role_arn", copied("role_arn", made.roleArn)],
          ["pre_function", copied("pre_function", made.preHumanTaskFunction)],
          ["consolidation_function", copied("consolidation_function", made.consolidationFunction)],
          ["tags", made.tags.length > 0 ? h("span.chips", {}, made.tags.map(({ key, value }) => h("span.chip", {}, value === "" ? key : `${key} = ${value}`))) : null],
        ],
      ],
    ];
    this.element = h(
      "div.configuration",
      {},
      groups.map(([group, rows]) =>
        h(
          "section.card",
          {},
          h("h2", {}, t(`console.config.${group}`)),
          h(
            "dl.values",
            {},
            rows.filter(([, value]) => value !== null).map(([name, value]) => h("div", {}, h("dt", {}, t(`console.config.${name}`)), h("dd", {}, value))),
          ),
        ),
      ),
    );
  }

  close() {}
}

/** @param {string} name @param {string|null} text */
const copied = (name, text) => (text === null || text === "" ? null : copyable(text, t(`console.config.${name}`)));
