/** What a check of an input manifest found, below its field. */

import { fill, h, icon } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import { size } from "./figures.js";
import { thumbnail } from "./shown.js";

/** @import { ManifestReport } from "./types.js" */

/** @param {HTMLElement} place @param {ManifestReport} report */
export function drawReport(place, report) {
  const good = report.errorCount === 0 && report.lines > 0;
  fill(
    place,
    h(
      `p.banner.${good ? "done" : "failed"}`,
      { role: "status" },
      icon(good ? "check" : "warning"),
      " ",
      report.lines === 0
        ? t("console.check.empty")
        : `${t(report.complete ? "console.check.lines" : "console.check.first_lines", { count: report.lines })} · ${size(report.bytes)}`,
      report.errorCount > 0 ? ` · ${t("console.check.errors", { count: report.errorCount })}` : "",
      report.labeled > 0 ? ` · ${t("console.check.labeled", { count: report.labeled })}` : "",
    ),
    report.errors.length > 0
      ? h(
          "ol.line-errors",
          {},
          report.errors.map((error) => h("li", {}, h("span.line-number", {}, t("console.check.line", { line: error.line })), h("span", {}, error.message))),
          report.errorCount > report.errors.length ? h("li.quiet", {}, t("console.check.more", { count: report.errorCount - report.errors.length })) : null,
        )
      : null,
    report.errorCount > 0 ? h("p.help", {}, t(onlyKinds(report) ? "console.check.kinds.help" : "console.check.errors.help")) : null,
    report.first.length > 0
      ? h("ul.samples", { "aria-label": t("console.check.samples") }, report.first.map((object) => h("li", { title: object.uri ?? object.text ?? "" }, thumbnail(object))))
      : null,
  );
}

/** Whether all that is wrong is the kind of some objects, as far as the errors told of go. @param {ManifestReport} report */
const onlyKinds = (report) => report.errors.every(({ code }) => code === "wrong_kind");

/** @param {HTMLElement} place */
export const drawChecking = (place) => fill(place, h("p.quiet", { role: "status" }, t("console.check.busy")));

