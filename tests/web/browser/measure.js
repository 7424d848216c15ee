// What can be measured of a page by eye and finger: targets, contrast, names, headings.

/**
 * Every visible element that is too small to press or too faint to read, inside open shadow roots too.
 *
 * @param {import("playwright-core").Page} page
 */
export const measure = (page) =>
  page.evaluate(() => {
    /** @type {{ small: string[], faint: string[] }} */
    const found = { small: [], faint: [] };
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (!canvas) throw new Error("no canvas");
    /** Layers of colour, the lowest first, as one colour of 0–255. @param {string[]} layers */
    const mixed = (layers) => {
      canvas.clearRect(0, 0, 1, 1);
      for (const layer of layers) {
        canvas.fillStyle = layer;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    /** @param {number[]} rgb */
    const luminance = (rgb) => {
      const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    /** @param {Element} element @returns {Element | null} */
    const above = (element) => element.assignedSlot ?? element.parentElement ?? (element.getRootNode() instanceof ShadowRoot ? /** @type {ShadowRoot} */ (element.getRootNode()).host : null);
    /** A link among words keeps the height of its line. @param {Element} element */
    const inSentence = (element) =>
      element.matches("p a, p button.link") && [...(element.closest("p")?.childNodes ?? [])].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    /** Whether a finger that misses by some pixels still meets it: an area larger than what is drawn. @param {Element} element @param {number} least */
    const reaches = (element, least) => {
      element.scrollIntoView({ block: "center" });
      const { left, width, top, height } = element.getBoundingClientRect();
      const middle = top + height / 2;
      return [-1, 1].every((way) => {
        const met = document.elementFromPoint(left + width / 2, middle + way * (least / 2 - 1));
        return met !== null && (element.contains(met) || (element instanceof HTMLInputElement && [...(element.labels ?? [])].some((label) => label.contains(met))));
      });
    };
    /** @param {Element} element */
    const look = (element) => {
      if (!element.checkVisibility({ visibilityProperty: true })) return;
      // What lies behind an open dialog can be neither pressed nor read.
      const modal = document.querySelector("dialog:modal");
      if (modal && !modal.contains(element)) return;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const name = `${element.localName}.${element.className} "${element.textContent?.trim().slice(0, 20)}"`;
      const pressed = element.matches("button, a[href], input:not([type=checkbox], [type=radio]), textarea, select, label:has(input)");
      const least = matchMedia("(pointer: coarse)").matches ? 44 : 32;
      if (pressed && box.height < least - 0.5 && !inSentence(element) && !reaches(element, least)) found.small.push(`${name} ${box.height}`);
      const says = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      if (says && !element.matches("style, script, :disabled, :disabled *, [aria-disabled=true] *, .heard")) {
        const grounds = [];
        for (let at = /** @type {Element | null} */ (element); at; at = above(at)) grounds.unshift(getComputedStyle(at).backgroundColor);
        const ground = luminance(mixed(["white", ...grounds]));
        const text = luminance(mixed(["white", ...grounds, style.color]));
        const contrast = (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
        if (contrast < 4.5) found.faint.push(`${name} ${contrast.toFixed(2)}`);
      }
    };
    /** @param {ParentNode} root */
    const walk = (root) => {
      for (const element of root.querySelectorAll("*")) {
        look(element);
        if (element.shadowRoot) walk(element.shadowRoot);
      }
    };
    walk(document.body);
    return found;
  });

/**
 * What a screen reader would stumble over: controls without a name, headings out of order, pictures without a text,
 * ids that are there twice, references to nothing.
 *
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
export const stumbles = (page) =>
  page.evaluate(() => {
    /** @type {string[]} */
    const found = [];
    const visible = (/** @type {Element} */ element) => element.checkVisibility({ visibilityProperty: true });
    const described = (/** @type {Element} */ element) => `${element.localName}.${element.className} ${element.outerHTML.slice(0, 80)}`;
    const open = document.querySelector("dialog[open]");
    const scope = open ?? document.body;
    for (const element of scope.querySelectorAll("button, a[href], input, select, textarea, summary, iframe, [role=img]")) {
      if (!visible(element)) continue;
      const labels = /** @type {HTMLInputElement} */ (element).labels;
      const by = element.getAttribute("aria-labelledby")?.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join("");
      const inside = element.matches("input, select, textarea, iframe") ? "" : [...element.querySelectorAll("img[alt]")].map((image) => image.getAttribute("alt")).join("") + element.textContent;
      const name = element.getAttribute("aria-label") ?? by ?? ([...(labels ?? [])].map((label) => label.textContent).join("") || inside || element.getAttribute("title") || "");
      if (name.trim() === "") found.push(`no name: ${described(element)}`);
    }
    let level = open ? 1 : 0;
    for (const heading of scope.querySelectorAll("h1, h2, h3, h4")) {
      if (!visible(heading)) continue;
      const own = Number(heading.localName[1]);
      if (own > level + 1) found.push(`heading jumps from ${level} to ${own}: ${heading.textContent}`);
      level = own;
    }
    if (!open && document.querySelectorAll("h1").length !== 1) found.push(`${document.querySelectorAll("h1").length} h1`);
    for (const image of document.querySelectorAll("img:not([alt])")) found.push(`no alt: ${described(image)}`);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index))) found.push(`id twice: ${id}`);
    for (const element of document.querySelectorAll("[aria-describedby], label[for]")) {
      for (const id of (element.getAttribute("aria-describedby") ?? element.getAttribute("for") ?? "").split(" ")) if (!document.getElementById(id)) found.push(`points to nothing: ${id}`);
    }
    return found;
  });
