/** The head that the two pages about people share. */

import { t } from "../pages/messages.js";
import { tabLinks } from "./parts.js";

/** @param {"teams"|"workers"} current */
export const peopleTabs = (current) =>
  tabLinks(t("console.nav.workers"), [
    { title: t("console.teams"), href: "#/teams", current: current === "teams" },
    { title: t("console.workers"), href: "#/workers", current: current === "workers" },
  ]);
