/**
 * A small set of icons of our own, drawn on a 24 × 24 grid with lines. The names are those that templates use; what a
 * template asks for and we have no drawing of shows a plain dot in its place.
 */

const NAMESPACE = "http://www.w3.org/2000/svg";

/** @type {Record<string, string>} */
const PATHS = {
  add: "M12 5v14M5 12h14",
  "arrow-back": "M19 12H5m6-6-6 6 6 6",
  "arrow-forward": "M5 12h14m-6-6 6 6-6 6",
  book: "M5 5.5c2.5-1 4.8-.8 7 .7 2.2-1.5 4.5-1.7 7-.7v13c-2.5-1-4.8-.8-7 .7-2.2-1.5-4.5-1.7-7-.7zM12 6.2v13",
  bookmark: "M7 4h10v16l-5-4-5 4z",
  cancel: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9 9l6 6m0-6-6 6",
  check: "m5 12.5 4.5 4.5L19 7.5",
  "check-circle": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8 12.3l2.8 2.7L16 9.5",
  "chevron-left": "m14 6-6 6 6 6",
  "chevron-right": "m10 6 6 6-6 6",
  clear: "M6 6l12 12M18 6 6 18",
  close: "M6 6l12 12M18 6 6 18",
  comment: "M4 5h16v11H11l-5 4v-4H4z",
  contrast: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 0v16m0-12 5.5-2M12 12h8m-8 4 5.5 2",
  create: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  delete: "M5 7h14M10 7V4h4v3m-7 0 1 13h8l1-13",
  done: "m5 12.5 4.5 4.5L19 7.5",
  "expand-less": "m6 14 6-6 6 6",
  "expand-more": "m6 10 6 6 6-6",
  error: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5v6m0 2.8v.4",
  favorite: "M12 20C5 15 3 12 3 8.8A4.6 4.6 0 0 1 12 7a4.6 4.6 0 0 1 9 1.8C21 12 19 15 12 20Z",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  flag: "M6 21V4h11l-2 4 2 4H6",
  help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8m0 2.8v.4",
  image: "M4 5h16v14H4zM4 16l4.5-4.5L13 16l3-3 4 4M15.5 9h.1",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v6m0-9.5v.4",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  mail: "M4 6h16v12H4zm0 1 8 6 8-6",
  menu: "M4 7h16M4 12h16M4 17h16",
  "more-vert": "M12 5.5v.1m0 6.4v.1m0 6.4v.1",
  pause: "M9 6v12m6-12v12",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20c.8-3.5 3.6-5 7.5-5s6.7 1.5 7.5 5",
  "play-arrow": "M8 5.5v13l11-6.5z",
  "question-answer": "M3 4h13v9H8l-4 3v-3H3zM19 8h2v9h-1v3l-4-3H9v-1",
  refresh: "M19 12a7 7 0 1 1-2-5l2 2m0-5v5h-5",
  remove: "M5 12h14",
  "report-problem": "M12 4 2.5 20h19zM12 10v4.5m0 2.5v.3",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm4.8 11.3L20 20",
  send: "M4 20 21 12 4 4l2 7 8 1-8 1z",
  settings: "M4 7h9m4 0h3M4 17h3m4 0h9M15 5v4M9 15v4",
  star: "m12 3.5 2.6 5.6 6 .7-4.5 4.1 1.2 6L12 17l-5.3 2.9 1.2-6L3.4 9.8l6-.7z",
  "thumb-down": "M7 4v10H3V4zm0 0h10l3 7v3h-6l1 5-2 1-6-6",
  "thumb-up": "M7 20V10H3v10zm0 0h10l3-7v-3h-6l1-5-2-1-6 6",
  undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  visibility: "M2.5 12C5 7.5 8.2 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.7 6.5-9.5 6.5S5 16.5 2.5 12ZM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z",
  warning: "M12 4 2.5 20h19zM12 10v4.5m0 2.5v.3",
  "zoom-in": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm4.8 11.3L20 20M10.5 7.8v5.4m-2.7-2.7h5.4",
  "zoom-out": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm4.8 11.3L20 20M7.8 10.5h5.4",
};

/**
 * An icon as an element: a drawing of ours by name, or a picture when `name` is an address.
 * @param {string} name such as "star", "icons:star", or a URL
 * @param {number} [size] in CSS pixels
 * @returns {SVGSVGElement | HTMLImageElement} hidden from screen readers: the text beside it speaks
 */
export function icon(name, size = 20) {
  if (/^(https?:|data:image\/|\/|\.\.?\/)/i.test(name)) {
    const image = document.createElement("img");
    image.src = name;
    image.alt = "";
    image.width = image.height = size;
    return image;
  }
  const drawing = document.createElementNS(NAMESPACE, "svg");
  const attributes = { viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor", "stroke-width": 1.75, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
  for (const [attribute, value] of Object.entries(attributes)) drawing.setAttribute(attribute, String(value));
  const path = document.createElementNS(NAMESPACE, "path");
  const known = name.split(":").at(-1) ?? "";
  path.setAttribute("d", Object.hasOwn(PATHS, known) ? PATHS[known] : "M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z");
  drawing.append(path);
  return drawing;
}
