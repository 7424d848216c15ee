/** What the header says about saving: one line that is always true. */

import { relativeTime } from "../pages/format.js";
import { t } from "../pages/messages.js";

/** @import { DraftState } from "./drafts.js" */

/** @typedef {{tone: "quiet"|"good"|"attention", icon: "check"|"offline"|"clock"|null, text: string}} SaveStatus */

/** A save younger than this shows as a plain "saved". */
const FRESH_MS = 2_000;

/**
 * @param {{draft: DraftState, waiting: number, stuck: boolean, online: boolean, now: number}} state
 *   `waiting`: answers not acknowledged; `stuck`: the last try to send one found no server
 * @returns {SaveStatus}
 */
export function saveStatus({ draft, waiting, stuck, online, now }) {
  const away = !online || stuck;
  if (away && waiting > 0) return { tone: "attention", icon: "offline", text: t("portal.status.offline_waiting", { count: waiting }) };
  if (away) return { tone: "attention", icon: "offline", text: t("portal.status.offline") };
  if (draft.state === "device") return { tone: "attention", icon: "offline", text: t("portal.status.device") };
  // One answer on its way is the ordinary case and not worth a word.
  if (waiting > 1) return { tone: "quiet", icon: "clock", text: t("portal.status.sending", { count: waiting }) };
  if (draft.state === "saving") return { tone: "quiet", icon: null, text: t("portal.status.saving") };
  if (draft.state === "saved") {
    const fresh = now - draft.at < FRESH_MS;
    return {
      tone: "good",
      icon: "check",
      text: fresh ? t("portal.status.saved") : t("portal.status.saved_at", { time: relativeTime(draft.at, now) }),
    };
  }
  return { tone: "quiet", icon: null, text: "" };
}
