/**
 * Templates are written for a light page: one that paints a box white, or its text black, would not read in the dark
 * theme. Where that happens the page goes light as a whole, whatever the portal around it does.
 */

/** Below this a text cannot be read. */
const CONTRAST_MIN = 3;
/** How many elements are looked at; a page with more says enough by then. */
const ELEMENTS_MAX = 2000;

/** Switches a dark page to light when a text of the template could not be read. */
export function keepReadable() {
  const page = document.documentElement;
  const dark = page.dataset.theme === "dark" || (page.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  if (dark && hasFaintText()) page.dataset.theme = "light";
}

function hasFaintText() {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!canvas) return false;
  /** Colours laid over each other, as a luminance from 0 to 1. @param {string[]} layers */
  const luminance = (layers) => {
    for (const layer of layers) {
      canvas.fillStyle = layer;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const isFaint = (/** @type {Element} */ element) => {
    const grounds = groundsOf(element);
    const [ground, text] = [luminance(grounds), luminance([...grounds, getComputedStyle(element).color])];
    return (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05) < CONTRAST_MIN;
  };
  const elements = [...document.body.querySelectorAll("*")].slice(0, ELEMENTS_MAX);
  return elements.some((element) => saysSomething(element) && isFaint(element));
}

/** @param {Element} element */
function saysSomething(element) {
  if (element.matches("script, style, template, option") || !element.checkVisibility()) return false;
  return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
}

/**
 * The backgrounds under `element`, the lowest first, through shadow roots.
 * @param {Element} element
 */
function groundsOf(element) {
  const grounds = [];
  for (let at = /** @type {Element | null | undefined} */ (element); at; at = parentOf(at)) grounds.unshift(getComputedStyle(at).backgroundColor);
  return ["black", ...grounds];
}

/** @param {Element} element */
function parentOf(element) {
  if (element.assignedSlot ?? element.parentElement) return element.assignedSlot ?? element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
