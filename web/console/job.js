/** One job: its state and figures, live, and four tabs. */

import { fill, h, icon } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { t } from "../pages/messages.js";
import { duration } from "../pages/format.js";
import * as api from "./api.js";
import { labeled, left, number, percent } from "./figures.js";
import { FailuresTab } from "./job_failures.js";
import { LabelsTab } from "./job_labels.js";
import { OverviewTab } from "./job_overview.js";
import { SettingsTab } from "./job_settings.js";
import { Live, isFinal } from "./live.js";
import { confirm, heldUpBanner, notice, problemBanner, stateChip, tabLinks, taskTypeName, timeElement } from "./parts.js";
import { bar, legend } from "./progress.js";
import { JOB_TABS, jobAddress } from "./route.js";

/** @import { App } from "./index.js" */
/** @import { Job, Progress } from "./types.js" */
/** @import { JobTab, Route } from "./route.js" */

/** While the output manifest is awaited, the job is asked for it no oftener than this. */
const MANIFEST_EVERY_MS = 2_000;

/**
 * @typedef {object} Tab
 * @property {HTMLElement} element
 * @property {(progress: Progress) => void} [heard]
 * @property {() => void} close
 */

export class JobPage {
  #app;
  #name;
  /** @type {JobTab} */
  #tab;
  #query;
  /** @type {Job|null} */
  #job = null;
  /** @type {Live|null} */
  #live = null;
  /** @type {Tab|null} */
  #shown = null;
  #closed = false;
  #last = "";
  /** When the whole job was last asked for. */
  #askedAt = 0;

  // What stays on the page while its figures move.
  #chip = h("span.chip-place", { role: "status" });
  #beside = h("div.head-actions");
  #reason = h("div");
  #problem = h("div");
  #progress = h("section.progress");
  #figures = h("dl.figures");
  #tabs = h("div");
  #pane = h("div.pane");

  /** @param {App} app @param {Extract<Route, {page: "job"}>} route */
  constructor(app, route) {
    this.#app = app;
    this.#name = route.name;
    this.#tab = route.tab;
    this.#query = route.query;
  }

  open() {
    this.#app.title(this.#name);
    fill(
      this.#app.content,
      h("p.crumbs", {}, h("a", { href: "#/jobs" }, t("console.jobs"))),
      h("header.page-head", {}, h("h1", { tabindex: "-1" }, this.#name), this.#chip, h("span.spacer"), this.#beside),
      this.#problem,
      this.#pane,
    );
    void this.#load();
  }

  close() {
    this.#closed = true;
    this.#live?.close();
    this.#shown?.close();
  }

  /** Another tab of the same job. @param {Route} route */
  navigate(route) {
    if (route.page !== "job" || route.name !== this.#name || !this.#job) return false;
    this.#tab = route.tab;
    this.#query = route.query;
    this.#openTab();
    return true;
  }

  async #load() {
    try {
      const { job } = await api.job(this.#name);
      if (this.#closed) return;
      this.#job = job;
      this.#askedAt = Date.now();
      fill(this.#problem);
    } catch (error) {
      if (this.#closed) return;
      const away = error instanceof api.ApiError && error.status === 404;
      fill(
        this.#problem,
        problemBanner(away ? t("console.job.not_found", { name: this.#name }) : errorText(error)),
        away ? null : h("button.button", { type: "button", onclick: () => void this.#load() }, t("page.try_again")),
      );
      return;
    }
    const job = this.#job;
    this.#app.content.querySelector(".pane")?.before(
      h("p.about", {},
        job.title === job.name ? null : h("span.about-title", {}, job.title),
        h("span.quiet", {}, taskTypeName(job.taskType)),
        h("span.quiet", {}, `${t("console.jobs.created")} `, timeElement(job.createdAt)),
      ),
      this.#reason,
      this.#progress,
      this.#figures,
      this.#tabs,
    );
    this.heard(job.progress);
    this.#openTab();
    this.#follow();
  }

  /** Listens to what moves, while anything does. */
  #follow() {
    this.#live?.close();
    if (!this.#job || isFinal(this.#job.progress.state)) return;
    this.#live = new Live(
      this.#name,
      (progress) => this.heard(progress),
      (error) => fill(this.#problem, error ? problemBanner(errorText(error)) : null),
    );
    this.#live.open();
  }

  /** New figures. @param {Progress} progress */
  heard(progress) {
    if (!this.#job || this.#closed) return;
    const wasFinal = isFinal(this.#job.progress.state);
    this.#job.progress = progress;
    // The output manifest appears soon after the start; the figures do not tell of it.
    const awaited = !this.#job.configuration.outputManifest.ready && progress.state !== "Initializing" && !wasFinal;
    if ((isFinal(progress.state) && !wasFinal) || (awaited && Date.now() - this.#askedAt > MANIFEST_EVERY_MS)) void this.#refreshJob();
    // What looks the same is left alone: a pointer over it, or a reader within it, is not disturbed.
    const { now: _, changedAt: __, ...figures } = /** @type {Progress & {now?: number}} */ (progress);
    const seen = JSON.stringify(figures);
    if (seen !== this.#last) {
      this.#last = seen;
      this.#drawFigures(progress);
    }
    this.#shown?.heard?.(progress);
  }

  /** What changes once in the life of a job, as whether the output manifest is there. */
  async #refreshJob() {
    this.#askedAt = Date.now();
    try {
      const { job } = await api.job(this.#name);
      if (this.#closed) return;
      const before = JSON.stringify(this.#job?.configuration);
      this.#job = job;
      this.#drawFigures(job.progress);
      if (this.#tab === "settings" && JSON.stringify(job.configuration) !== before) this.#openTab();
    } catch {
      // The figures are fresh all the same.
    }
  }

  /** @param {Progress} progress */
  #drawFigures(progress) {
    const job = /** @type {Job} */ (this.#job);
    const { counts } = progress;
    if (this.#chip.dataset["state"] !== progress.state) fill(this.#chip, stateChip(progress.state));
    this.#chip.dataset["state"] = progress.state;
    const stoppable = progress.state === "InProgress" || progress.state === "Initializing";
    const had = this.#beside.contains(document.activeElement);
    fill(
      this.#beside,
      job.configuration.outputManifest.ready
        ? h("a.button", { href: api.outputManifestAddress(job.name), download: true }, icon("download"), t("console.job.download"))
        : null,
      stoppable ? h("button.button.danger", { type: "button", onclick: () => void this.#stop() }, t("console.job.stop")) : null,
    );
    if (had) /** @type {HTMLElement|null} */ (this.#beside.querySelector("button, a"))?.focus();
    fill(
      this.#reason,
      progress.failureReason ? problemBanner(t("console.job.failure", { reason: progress.failureReason })) : null,
      progress.heldUp ? heldUpBanner(progress.heldUp) : null,
    );
    const pace = isFinal(progress.state)
      ? progress.finishedAt !== null ? [h("span", {}, `${t("console.job.ended")} `, timeElement(progress.finishedAt))] : []
      : [
          h("strong", {}, progress.perHour === null ? t("console.job.no_rate") : t("console.job.rate", { count: Math.round(progress.perHour) })),
          h("span.quiet", {}, progress.secondsLeft === null ? (left(counts) > 0 ? t("console.job.no_time_left") : "") : t("console.job.time_left", { time: duration(progress.secondsLeft) })),
        ];
    fill(this.#progress, h("h2.hidden", {}, t("console.jobs.progress")), bar(counts), h("div.under-bar", {}, legend(counts), h("p.pace", {}, pace)));
    const figure = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string|null} */ after = null) =>
      h("div.figure", {}, h("dt", {}, t(`console.figure.${name}`)), h("dd", {}, value, after ? h("span.quiet", {}, after) : null));
    fill(
      this.#figures,
      figure("labeled", number(labeled(counts)), ` / ${number(counts.total)}`),
      figure("answers", number(progress.answers)),
      progress.saved ? figure("saved", percent(Math.max(0, 1 - progress.saved.answers / progress.saved.fixed)), ` ${t("console.figure.saved.of", { count: number(progress.saved.fixed) })}`) : null,
      figure("agreement", progress.agreement === null ? "–" : percent(progress.agreement)),
      figure("active", isFinal(progress.state) ? "–" : number(progress.activeWorkers)),
    );
    const retryable = counts.failed > 0 ? number(counts.failed) : undefined;
    const focused = document.activeElement instanceof HTMLAnchorElement && this.#tabs.contains(document.activeElement) ? document.activeElement.href : null;
    fill(this.#tabs, tabLinks(t("console.job.tabs"), JOB_TABS.map((tab) => ({
      title: t(`console.job.tab.${tab}`),
      href: jobAddress(this.#name, tab),
      current: tab === this.#tab,
      ...(tab === "failures" && retryable ? { count: retryable } : {}),
    }))));
    if (focused) for (const link of this.#tabs.querySelectorAll("a")) if (link.href === focused) link.focus();
  }

  #openTab() {
    const job = /** @type {Job} */ (this.#job);
    this.#shown?.close();
    this.#shown = this.#makeTab(job);
    fill(this.#pane, this.#shown.element);
    this.#drawFigures(job.progress);
  }

  /** @param {Job} job @returns {Tab} */
  #makeTab(job) {
    switch (this.#tab) {
      case "overview":
        return new OverviewTab(job);
      case "labels":
        return new LabelsTab(job, this.#query.get("label") ?? "");
      case "failures":
        return new FailuresTab(job, (progress) => {
          this.heard(progress);
          this.#follow();
        });
      case "settings":
        return new SettingsTab(job);
    }
  }

  async #stop() {
    const job = /** @type {Job} */ (this.#job);
    const sure = await confirm({
      title: t("console.stop.title", { name: job.name }),
      text: [t("console.stop.text"), t("console.stop.final")],
      verb: t("console.stop.verb"),
    });
    if (!sure) return;
    try {
      const { progress } = await api.stopJob(job.name);
      this.heard(progress);
      notice(t("console.stop.done"));
    } catch (error) {
      notice(errorText(error), { tone: "failed" });
    }
  }
}
