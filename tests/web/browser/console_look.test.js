// The console's look: every page wide and on a phone, in both themes and languages: nothing scrolls sideways, targets
// are large enough, text reads, controls have names, headings are in order, the focus is seen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.js";
import { serveConsole } from "./console_server.js";
import { measure, stumbles } from "./measure.js";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serveConsole>>} */
let server;
before(async () => {
  browser = await launch();
  server = await serveConsole();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Where to look, and what shows that the page is there. @type {[string, string][]} */
const PAGES = [
  ["#/jobs", "tbody tr"],
  ["#/jobs?name=zzz", ".card.empty"],
  ["#/jobs/birds-2026", ".object-card"],
  ["#/jobs/reviews-ja", ".object-card"],
  ["#/jobs/product-photos", ".banner.failed"],
  ["#/jobs/street-scenes-night-second-round-with-a-long-name", ".banner.attention"],
  ["#/jobs/birds-2026/labels", ".object-card"],
  ["#/jobs/birds-2026/failures", "tbody tr"],
  ["#/jobs/birds-2026/settings", ".configuration"],
  ["#/create-job", "option[value=birders]"],
  ["#/teams", "tbody tr"],
  ["#/teams/birders", "tbody tr"],
  ["#/workers", "tbody tr"],
  ["#/settings", "pre"],
  ["#/settings/keys", "tbody tr"],
];

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
for (const [where, options] of /** @type {[string, import("playwright-core").BrowserContextOptions][]} */ ([
  ["wide, light, English", { viewport: { width: 1440, height: 900 }, locale: "en-US", colorScheme: "light" }],
  ["wide, dark, Japanese", { viewport: { width: 1440, height: 900 }, locale: "ja-JP", colorScheme: "dark" }],
  ["tablet, light, English", { viewport: { width: 800, height: 900 }, locale: "en-US", colorScheme: "light" }],
  ["phone, light, Japanese", { ...phone, locale: "ja-JP", colorScheme: "light" }],
  ["phone, dark, English", { ...phone, locale: "en-US", colorScheme: "dark" }],
])) {
  test(`${where}: every page can be read, pressed and walked`, async () => {
    const page = await (await browser.newContext(options)).newPage();
    page.setDefaultTimeout(8_000);
    await page.goto(`${server.url}/_/console`);
    await page.locator("input[name=name]").waitFor();
    assert.deepEqual({ ...(await measure(page)), stumbles: await stumbles(page) }, { small: [], faint: [], stumbles: [] }, "sign in");
    await page.locator("input[name=name]").fill("aya");
    await page.locator("input[name=password]").fill("a good password");
    await page.keyboard.press("Enter");
    await page.locator(".shell").waitFor();
    for (const [hash, there] of PAGES) {
      await page.goto(`${server.url}/_/console${hash}`);
      await page.locator(there).first().waitFor({ state: "attached" });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${hash} scrolls sideways`);
      assert.deepEqual({ ...(await measure(page)), stumbles: await stumbles(page) }, { small: [], faint: [], stumbles: [] }, hash);
      assert.deepEqual(await unseenFocus(page), [], `${hash}: the focus is seen`);
    }
    await page.context().close();
  });
}

/** Walks with Tab and names what took the focus without showing it. @param {import("playwright-core").Page} page */
async function unseenFocus(page) {
  await page.evaluate(() => /** @type {any} */ (document.activeElement)?.blur());
  /** @type {string[]} */
  const unseen = [];
  for (let step = 0; step < 14; step++) {
    await page.keyboard.press("Tab");
    const problem = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body || element.localName === "iframe") return null;
      const shows = (/** @type {Element} */ each, /** @type {string} */ part = "") => {
        const style = getComputedStyle(each, part);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      };
      return shows(element) || shows(element, "::after") || [...document.querySelectorAll("label:focus-within")].some((label) => shows(label)) ? null : element.outerHTML.slice(0, 100);
    });
    if (problem) unseen.push(problem);
  }
  return unseen;
}

test("phone, light, English: dialogs can be read and pressed too", async () => {
  const page = await (await browser.newContext({ ...phone, locale: "en-US" })).newPage();
  page.setDefaultTimeout(8_000);
  await page.goto(`${server.url}/_/console`);
  await page.locator("input[name=name]").fill("aya");
  await page.locator("input[name=password]").fill("a good password");
  await page.keyboard.press("Enter");
  await page.locator(".shell").waitFor();
  for (const [hash, opener] of [
    ["#/jobs/birds-2026", "Stop job…"],
    ["#/jobs/birds-2026", "Object 900 Sparrow"],
    ["#/teams", "Create team"],
    ["#/teams/birders", "Invite workers"],
    ["#/teams/birders", "Add members"],
    ["#/workers", "Reset link for ken"],
    ["#/settings/keys", "Create access key"],
    ["#/jobs", "Preferences"],
    ["#/jobs", "Keys"],
  ]) {
    await page.goto(`${server.url}/_/console${hash}`);
    await page.getByRole("button", { name: opener }).first().click();
    await page.getByRole("dialog").waitFor();
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate(() => (document.querySelector("dialog")?.scrollWidth ?? 0) <= (document.querySelector("dialog")?.clientWidth ?? 0)), true, `${opener} scrolls sideways`);
    assert.deepEqual({ ...(await measure(page)), stumbles: await stumbles(page) }, { small: [], faint: [], stumbles: [] }, opener);
    await page.reload();
  }
  await page.context().close();
});
