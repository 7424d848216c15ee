/**
 * Creating a job: one page, four steps, the worker's page beside them on wide screens. What is typed is kept for the
 * tab until the job exists, so that neither a refusal nor a stray link loses it.
 */

import { fill, h, icon } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { draft, emptyValues, forgetDraft, keepDraft, problemsOf, questionOf, requestOf } from "./create_job_values.js";
import { field, focusProblem, ruleText, selectBox, showProblem, showRefusal, textArea, textInput } from "./fields.js";
import { labelEditor } from "./label_editor.js";
import { drawChecking, drawReport } from "./manifest_check.js";
import { consolidationName, notice, pageHead, taskTypeName } from "./parts.js";
import { PreviewPane } from "./preview.js";
import { jobAddress } from "./route.js";
import { isMultiLabel, s3Problem, suggestedOutput } from "./rules.js";
import { createTeam } from "./teams.js";

/** @import { App } from "./index.js" */
/** @import { Overview, TaskType, Team } from "./types.js" */
/** @import { Values } from "./create_job_values.js" */

const TASK_TYPES = /** @type {TaskType[]} */ (["ImageMultiClass", "ImageMultiClassMultiLabel", "TextMultiClass", "TextMultiClassMultiLabel"]);
const WIDE = "(min-width: 1200px)";

/** Which fields belong to which step. */
const STEPS = {
  task: ["name", "taskType"],
  data: ["inputManifest", "outputPath"],
  question: ["header", "labels", "instructions", "fullInstructions"],
  work: ["workteam", "workersPerObject", "taskTimeLimitMinutes", "consolidation", "confidenceTarget", "answersMean", "labelAttributeName"],
};

export class CreateJobPage {
  #app;
  /** @type {Values} */
  #values = { ...emptyValues(), ...draft() };
  #preview = new PreviewPane();
  #form = h("form.create-form", { id: "create-form" });
  #steps = h("ol.steps");
  #line = h("p.banner.failed", { role: "alert", hidden: true });
  #button = /** @type {HTMLButtonElement} */ (h("button.button.primary", { form: "create-form" }, t("console.create.button")));
  #report = h("div.report");
  #teams = selectBox("workteam", [], "");
  #submitOnKey = h("div");
  #target = h("div");
  #leaving = new AbortController();
  /** Fields that were left once: only they are told off while typing. @type {Set<string>} */
  #touched = new Set();
  /** @type {ReturnType<typeof labelEditor>} */
  #labels = labelEditor(this.#values.labels, () => this.#changed("labels", this.#labels.text));
  #outputTouched = this.#values.outputPath !== "";

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  open() {
    this.#app.title(t("console.create"));
    const preview = h("details.preview-holder", {}, h("summary.button", {}, t("console.preview.open")), this.#preview.element);
    fill(
      this.#app.content,
      h("p.crumbs", {}, h("a", { href: "#/jobs" }, t("console.jobs"))),
      pageHead(t("console.create"), h("button.button.plain", { type: "button", onclick: () => this.#startOver() }, t("console.create.start_over"))),
      h(
        "div.create",
        {},
        h("nav.steps-nav", { "aria-label": t("console.create.steps") }, this.#steps),
        this.#form,
        preview,
        h("div.create-foot", {}, this.#line, h("div.actions.create-actions", {}, h("a.button", { href: "#/jobs" }, t("page.cancel")), this.#button)),
      ),
    );
    this.#drawForm();
    this.#drawSteps();
    // Beside the form where there is room, behind a press where there is not.
    const wide = matchMedia(WIDE);
    const place = () => {
      /** @type {HTMLDetailsElement} */ (preview).open = wide.matches;
      this.#preview.activate(/** @type {HTMLDetailsElement} */ (preview).open);
    };
    wide.addEventListener("change", place, { signal: this.#leaving.signal });
    preview.addEventListener("toggle", () => this.#preview.activate(/** @type {HTMLDetailsElement} */ (preview).open));
    place();
    this.#showPreview();
    void this.#load();
  }

  close() {
    this.#leaving.abort();
    this.#preview.close();
  }

  #drawForm() {
    const values = this.#values;
    const text = (/** @type {"name"|"inputManifest"|"outputPath"|"header"|"labelAttributeName"} */ name, /** @type {Record<string, any>} */ more = {}) =>
      textInput(name, { value: values[name], ...more });
    const code = { spellcheck: "false", autocapitalize: "none" };
    const manifest = text("inputManifest", { ...code, inputmode: "url", placeholder: "s3://bucket/input.manifest", list: "buckets" });
    const output = text("outputPath", { ...code, inputmode: "url", placeholder: "s3://bucket/output/", list: "buckets" });
    manifest.addEventListener("change", () => {
      if (this.#outputTouched || s3Problem(manifest.value.trim(), "file")) return;
      output.value = suggestedOutput(manifest.value.trim());
      this.#changed("outputPath", output.value);
    });
    output.addEventListener("input", () => (this.#outputTouched = true));
    const number = (/** @type {"workersPerObject"|"taskTimeLimitMinutes"} */ name, /** @type {number} */ min, /** @type {number} */ max) =>
      textInput(name, { type: "number", inputmode: "numeric", min, max, value: values[name] });
    this.#form.setAttribute("novalidate", "");
    fill(
      this.#form,
      h("datalist", { id: "buckets" }),
      this.#step("task", [
        field(t("console.create.name"), text("name", { ...code, maxlength: 63 }), { help: t("console.rule.name.help") }),
        h(
          "fieldset.choice",
          { "data-field": "taskType" },
          h("legend", {}, t("console.jobs.task_type")),
          h("div.cards-choice", {}, TASK_TYPES.map((taskType) =>
            h("label", {}, h("input", { type: "radio", name: "taskType", value: taskType, checked: values.taskType === taskType }),
              h("span", {}, h("strong", {}, taskTypeName(taskType)), h("span.help", {}, t(`console.task_type.${taskType}.help`)))),
          )),
        ),
      ]),
      this.#step("data", [
        field(t("console.config.input_manifest"), manifest, {
          help: t("console.create.manifest.help"),
          beside: h("button.button", { type: "button", onclick: () => void this.#check() }, t("console.check")),
          after: this.#report,
        }),
        field(t("console.config.output_path"), output, { help: t("console.create.output.help") }),
      ]),
      this.#step("question", [
        field(t("console.create.header"), text("header", { maxlength: 128, placeholder: t("console.create.header.example") }), { help: t("console.create.header.help") }),
        this.#labels.element,
        field(t("console.create.instructions"), textArea("instructions", { value: values.instructions }), { help: t("console.create.instructions.help"), optional: true }),
        field(t("console.create.full_instructions"), textArea("fullInstructions", { value: values.fullInstructions }), { help: t("console.create.full_instructions.help"), optional: true }),
      ]),
      this.#step("work", [
        field(t("console.config.workteam"), this.#teams, {
          beside: h("button.button", { type: "button", onclick: () => void this.#createTeam() }, t("console.teams.create")),
        }),
        h(
          "div.columns",
          {},
          field(t("console.config.workers_per_object"), number("workersPerObject", 1, 9), { help: t("console.create.workers_per_object.help") }),
          field(t("console.create.time_limit"), number("taskTimeLimitMinutes", 1, 480), { help: t("console.create.time_limit.help") }),
        ),
        field(
          t("console.config.consolidation"),
          selectBox("consolidation", [[values.consolidation, consolidationName(values.consolidation)]], values.consolidation),
          { help: t("console.create.consolidation.help") },
        ),
        this.#target,
        this.#submitOnKey,
        field(t("console.config.label_attribute"), text("labelAttributeName", { ...code, maxlength: 127, placeholder: values.name }), { help: t("console.create.label_attribute.help"), optional: true }),
      ]),
    );
    this.#drawSubmitOnKey();
    this.#drawTarget();
    const signal = this.#leaving.signal;
    this.#form.addEventListener("input", (event) => this.#typed(event), { signal });
    this.#form.addEventListener("change", (event) => this.#typed(event), { signal });
    this.#form.addEventListener("focusout", (event) => this.#left(event), { signal });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    }, { signal });
  }

  /** @param {keyof typeof STEPS} name @param {HTMLElement[]} fields */
  #step(name, fields) {
    return h("section.card.step", { id: `step-${name}`, tabindex: "-1" }, h("h2", {}, t(`console.create.step.${name}`)), ...fields);
  }

  #drawSteps() {
    const problems = problemsOf(this.#values);
    const had = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset["step"];
    fill(
      this.#steps,
      Object.entries(STEPS).map(([name, fields], index) => {
        const wrong = fields.some((field) => problems[field]);
        const told = fields.some((field) => problems[field] && this.#touched.has(field));
        return h(
          "li",
          {},
          h(
            "button.step-link",
            { type: "button", "data-step": name, onclick: () => this.#goTo(name) },
            h(`span.step-mark.${told ? "wrong" : wrong ? "open" : "done"}`, {}, told ? icon("warning") : wrong ? String(index + 1) : icon("check")),
            h("span", {}, t(`console.create.step.${name}`)),
            h("span.hidden", {}, t(`console.create.step_state.${told ? "wrong" : wrong ? "open" : "done"}`)),
          ),
        );
      }),
    );
    if (had) /** @type {HTMLElement|null} */ (this.#steps.querySelector(`[data-step="${had}"]`))?.focus();
  }

  /** @param {string} name */
  #goTo(name) {
    const step = /** @type {HTMLElement|null} */ (this.#form.querySelector(`#step-${name}`));
    step?.scrollIntoView({ block: "start" });
    /** @type {HTMLElement|null|undefined} */ (step?.querySelector("input, textarea, select"))?.focus({ preventScroll: true });
  }

  /** Where one label is chosen its key may send the answer; elsewhere there is nothing to ask. */
  #drawSubmitOnKey() {
    if (isMultiLabel(this.#values.taskType)) return fill(this.#submitOnKey);
    fill(
      this.#submitOnKey,
      h("label.option", {}, h("input", { type: "checkbox", name: "submitOnKey", checked: this.#values.submitOnKey }), t("console.create.submit_on_key")),
      h("p.help", {}, t("console.create.submit_on_key.help")),
    );
  }

  /** Only one way of consolidation knows how sure a label is. */
  #drawTarget() {
    if (this.#values.consolidation !== "cairn") return fill(this.#target);
    const { confidenceTarget, answersMean } = this.#values;
    const none = t("console.create.confidence_target.none");
    fill(
      this.#target,
      h(
        "div.columns",
        {},
        field(
          t("console.create.confidence_target"),
          textInput("confidenceTarget", { type: "number", inputmode: "numeric", min: 50, max: 99, placeholder: none, value: confidenceTarget }),
          { help: t("console.create.confidence_target.help"), optional: true },
        ),
        field(
          t("console.create.answers_mean"),
          textInput("answersMean", { type: "number", inputmode: "decimal", min: 1, max: 9, step: 0.1, placeholder: none, value: answersMean }),
          { help: t("console.create.answers_mean.help"), optional: true },
        ),
      ),
    );
  }

  /** @param {Event} event */
  #typed(event) {
    const control = /** @type {HTMLInputElement} */ (event.target);
    if (!control.name || control.name === "labels") return;
    this.#changed(control.name, control.type === "checkbox" ? control.checked : control.value);
    if (control.name === "taskType") this.#drawSubmitOnKey();
    if (control.name === "consolidation") this.#drawTarget();
    if (control.name === "name") this.#form.querySelector("[name=labelAttributeName]")?.setAttribute("placeholder", control.value);
    if (control.name === "inputManifest" || control.name === "taskType") fill(this.#report);
  }

  /** @param {string} name @param {string|boolean} value */
  #changed(name, value) {
    this.#values = { ...this.#values, [name]: value };
    keepDraft(this.#values);
    if (this.#touched.has(name)) this.#tell(name);
    this.#drawSteps();
    this.#showPreview();
  }

  /** @param {FocusEvent} event */
  #left(event) {
    const { name, value } = /** @type {HTMLInputElement} */ (event.target);
    if (!name || (value === "" && !this.#touched.has(name))) return;
    this.#touched.add(name);
    this.#tell(name);
    this.#drawSteps();
  }

  /** @param {string} name */
  #tell(name) {
    const problem = problemsOf(this.#values)[name];
    showProblem(this.#form, name, problem ? ruleText(problem.code, problem.params) : null);
  }

  #showPreview() {
    const problems = problemsOf(this.#values);
    const ready = !problems["labels"] && !problems["instructions"] && !problems["fullInstructions"];
    const manifest = s3Problem(this.#values.inputManifest.trim(), "file") === null ? this.#values.inputManifest.trim() : undefined;
    const question = questionOf(this.#values);
    this.#preview.show(
      ready ? { ...question, header: question.header || t("console.create.header.example"), ...(manifest ? { inputManifest: manifest } : {}) } : null,
      this.#values.submitOnKey && !isMultiLabel(this.#values.taskType),
    );
  }

  async #load() {
    try {
      const [overview, teams] = await Promise.all([this.#app.overview(), api.teams({ limit: 200 })]);
      if (this.#leaving.signal.aborted) return;
      this.#drawTeams(teams.items);
      this.#drawOffers(overview);
    } catch (error) {
      if (!this.#leaving.signal.aborted) notice(errorText(error), { tone: "failed" });
    }
  }

  /** @param {Team[]} teams */
  #drawTeams(teams) {
    const known = teams.some(({ name }) => name === this.#values.workteam);
    const chosen = known ? this.#values.workteam : teams.length === 1 ? teams[0].name : "";
    fill(
      this.#teams,
      h("option", { value: "" }, t(teams.length === 0 ? "console.create.no_teams" : "console.create.choose_team")),
      ...teams.map((team) => h("option", { value: team.name }, `${team.name} · ${t("console.teams.members_count", { count: team.members })}`)),
    );
    this.#teams.value = chosen;
    if (chosen !== this.#values.workteam) this.#changed("workteam", chosen);
  }

  /** What this server offers; the rest is not shown. @param {Overview} overview */
  #drawOffers({ buckets, taskTypes, consolidations }) {
    fill(/** @type {Element} */ (this.#form.querySelector("#buckets")), buckets.map((bucket) => h("option", { value: `s3://${bucket}/` })));
    for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (this.#form.querySelectorAll("[name=taskType]"))) {
      const label = /** @type {HTMLElement} */ (radio.closest("label"));
      label.hidden = !taskTypes.some((each) => each === radio.value);
    }
    const select = /** @type {HTMLSelectElement} */ (this.#form.querySelector("[name=consolidation]"));
    const chosen = consolidations.includes(this.#values.consolidation) ? this.#values.consolidation : consolidations[0];
    fill(select, consolidations.map((each) => h("option", { value: each }, consolidationName(each))));
    select.value = chosen;
    if (chosen !== this.#values.consolidation) this.#changed("consolidation", chosen);
    this.#drawTarget();
  }

  async #createTeam() {
    const team = await createTeam();
    if (!team) return;
    this.#values = { ...this.#values, workteam: team.name };
    await this.#load();
    this.#tell("workteam");
  }

  async #check() {
    this.#touched.add("inputManifest");
    this.#tell("inputManifest");
    const uri = this.#values.inputManifest.trim();
    if (s3Problem(uri, "file")) return focusProblem(this.#form);
    drawChecking(this.#report);
    try {
      const attribute = this.#values.labelAttributeName.trim() || this.#values.name.trim();
      const report = await api.checkManifest({ uri, taskType: this.#values.taskType, ...(attribute ? { labelAttributeName: attribute } : {}) });
      if (uri === this.#values.inputManifest.trim()) drawReport(this.#report, report);
    } catch (error) {
      fill(this.#report);
      showProblem(this.#form, "inputManifest", errorText(error));
    }
  }

  async #submit() {
    this.#line.hidden = true;
    const problems = problemsOf(this.#values);
    for (const name of Object.values(STEPS).flat()) {
      this.#touched.add(name);
      this.#tell(name);
    }
    this.#drawSteps();
    if (Object.values(problems).some((problem) => problem !== null)) return focusProblem(this.#form);
    const button = this.#button;
    button.disabled = true;
    button.textContent = t("console.create.busy");
    try {
      const { job } = await api.createJob(requestOf(this.#values));
      forgetDraft();
      void this.#app.overview({ anew: true });
      location.hash = jobAddress(job.name);
    } catch (error) {
      const named = error instanceof api.ApiError && error.field?.startsWith("taskTimeLimitSeconds") ? new api.ApiError(error.status, error.code, error.message, "taskTimeLimitMinutes") : error;
      showRefusal(this.#form, named, this.#line);
    } finally {
      button.disabled = false;
      button.textContent = t("console.create.button");
    }
  }

  #startOver() {
    const before = this.#values;
    forgetDraft();
    this.#app.reopen();
    notice(t("console.create.emptied"), {
      undo: () => {
        keepDraft(before);
        this.#app.reopen();
      },
    });
  }
}
