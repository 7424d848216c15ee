import { chromium } from "playwright-core";

/** Debian's Chromium; another one by CHROMIUM. */
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** @param {string[]} [more] arguments besides the usual ones */
export function launch(more = []) {
  return chromium.launch({ executablePath: EXECUTABLE, args: [...ARGUMENTS, ...more] });
}
