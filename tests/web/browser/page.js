import { after, before } from "node:test";
import { launch } from "./browser.js";
import { serve } from "./server.js";

/** The one tag that the server puts in place of the crowd elements' script. */
export const MODULE = '<script type="module" src="/assets/elements/index.js"></script>';

/** A picture to look at: 800 × 500. */
export const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 500" width="800" height="500"><rect width="800" height="500" fill="#87b5d9"/><circle cx="400" cy="250" r="90" fill="#7a5a3c"/></svg>`;

/**
 * A browser and a server for the tests of one file. `open` gives a page with the template in it, once its elements are
 * there; every answer the page gives is kept in `window.answers`, every `change` in `window.changes`.
 */
export function harness() {
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Record<string, string>} */
  const pages = { "picture.svg": PICTURE };
  let opened = 0;
  /** Shared by pages without options of their own, and with it the cache. @type {import("playwright-core").BrowserContext | undefined} */
  let shared;

  before(async () => {
    browser = await launch();
    server = await serve(pages);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  return {
    get url() {
      return server.url;
    },
    get requests() {
      return server.requests;
    },
    get browser() {
      return browser;
    },
    pages,

    /**
     * @param {string} template
     * @param {import("playwright-core").BrowserContextOptions} [options]
     */
    async open(template, options) {
      const name = `page-${++opened}.html`;
      pages[name] = `<!doctype html>${RECORDER}${MODULE}${template}`;
      const fresh = () => browser.newContext({ viewport: { width: 1280, height: 720 }, locale: "en-US", ...options });
      const context = options ? await fresh() : (shared ??= await fresh());
      for (const page of context.pages()) await page.close();
      const page = await context.newPage();
      page.on("pageerror", (error) => page.evaluate((text) => /** @type {any} */ (window).errors.push(text), String(error.stack)).catch(() => {}));
      await page.goto(`${server.url}/pages/${name}`);
      await page.waitForFunction(() => /** @type {any} */ (window).ready && document.documentElement.lang !== "");
      return page;
    },
  };
}

const RECORDER = `<script>
  window.answers = []; window.refusals = []; window.changes = []; window.errors = [];
  document.addEventListener("all-crowd-elements-ready", () => { window.ready = true; });
  addEventListener("cairn-answer", (event) => window.answers.push(JSON.stringify(event.detail)));
  addEventListener("cairn-refused", (event) => window.refusals.push(event.detail));
  addEventListener("change", (event) => window.changes.push(event.target.localName));
</script>`;

/**
 * Presses the page's Submit and gives the answer as its JSON text, or null when it was refused.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string | null>}
 */
export async function submit(page) {
  const before = await page.evaluate(() => /** @type {any} */ (window).answers.length);
  await page.locator("crowd-form").getByRole("button", { name: "Submit" }).click();
  await page.waitForFunction((count) => /** @type {any} */ (window).answers.length > count || /** @type {any} */ (window).refusals.length > 0, before);
  const answer = await page.evaluate((count) => /** @type {any} */ (window).answers[count] ?? null, before);
  await page.evaluate(() => document.getElementById("cairn-answer")?.remove());
  return answer;
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} key a name on `window`
 * @returns {Promise<any>}
 */
export function recorded(page, key) {
  return page.evaluate((name) => /** @type {any} */ (window)[name], key);
}
