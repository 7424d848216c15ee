/**
 * Zoom and pan of a picture in a view, as values: no document. A place is a scale (screen pixels per picture pixel) and
 * the screen position of the picture's top left corner.
 */

/** @typedef {{ width: number, height: number }} Size */
/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ scale: number, x: number, y: number }} Place */

/** The largest scale: one picture pixel as a square of 32 screen pixels. */
export const SCALE_MAX = 32;
/** One press of a zoom button. */
export const ZOOM_STEP = 1.25;
/** Screen pixels of the picture that stay in view however far it is panned. */
const KEEP_IN_VIEW = 48;
/** How much of the wheel's way doubles the scale, in CSS pixels. */
const WHEEL_PIXELS_PER_DOUBLING = 300;
/** One notch reported in lines or pages, in CSS pixels. */
const WHEEL_LINE_PIXELS = 32;
const WHEEL_PAGE_PIXELS = 400;

/**
 * The whole picture, as large as the view allows, in its middle.
 * @param {Size} view
 * @param {Size} picture
 * @returns {Place}
 */
export function fit(view, picture) {
  const scale = Math.min(view.width / picture.width, view.height / picture.height, SCALE_MAX);
  return centred(view, picture, Number.isFinite(scale) && scale > 0 ? scale : 1);
}

/**
 * One picture pixel per screen pixel, keeping what is at the middle of the view there.
 * @param {Size} view
 * @param {Size} picture
 * @param {Place} place
 * @returns {Place}
 */
export function actualSize(view, picture, place) {
  return zoomAt(view, picture, place, { x: view.width / 2, y: view.height / 2 }, 1 / place.scale);
}

/**
 * `place` zoomed by `factor` with the picture's point under `at` (view coordinates) staying where it is, as far as the
 * limits allow.
 * @param {Size} view
 * @param {Size} picture
 * @param {Place} place
 * @param {Point} at
 * @param {number} factor
 * @returns {Place}
 */
export function zoomAt(view, picture, place, at, factor) {
  const scale = Math.min(SCALE_MAX, Math.max(scaleMin(view, picture), place.scale * factor));
  const ratio = scale / place.scale;
  return held(view, picture, { scale, x: at.x - (at.x - place.x) * ratio, y: at.y - (at.y - place.y) * ratio });
}

/**
 * @param {Size} view
 * @param {Size} picture
 * @param {Place} place
 * @param {Point} by screen pixels
 * @returns {Place}
 */
export function panBy(view, picture, place, by) {
  return held(view, picture, { scale: place.scale, x: place.x + by.x, y: place.y + by.y });
}

/**
 * The factor for a turn of the wheel, the same for one large step as for many small ones.
 * @param {number} deltaY as in WheelEvent
 * @param {number} deltaMode as in WheelEvent: 0 pixels, 1 lines, 2 pages
 * @param {boolean} pinch a trackpad's pinch arrives as small wheel steps with ctrl held
 */
export function wheelFactor(deltaY, deltaMode, pinch) {
  const unit = deltaMode === 1 ? WHEEL_LINE_PIXELS : deltaMode === 2 ? WHEEL_PAGE_PIXELS : 1;
  return 2 ** ((-deltaY * unit * (pinch ? 3 : 1)) / WHEEL_PIXELS_PER_DOUBLING);
}

/**
 * A picture point on the screen, and back.
 * @param {Place} place
 * @param {Point} point in picture pixels
 * @returns {Point}
 */
export function toView(place, point) {
  return { x: place.x + point.x * place.scale, y: place.y + point.y * place.scale };
}

/**
 * @param {Place} place
 * @param {Point} point in view pixels
 * @returns {Point}
 */
export function toPicture(place, point) {
  return { x: (point.x - place.x) / place.scale, y: (point.y - place.y) / place.scale };
}

/**
 * The same part of the picture after the view changed its size: the middle stays the middle.
 * @param {Size} before
 * @param {Size} after
 * @param {Size} picture
 * @param {Place} place
 * @returns {Place}
 */
export function resized(before, after, picture, place) {
  return panBy(after, picture, place, { x: (after.width - before.width) / 2, y: (after.height - before.height) / 2 });
}

/**
 * The smallest scale: a quarter of the fitting one, and never so large that 1 : 1 is out of reach.
 * @param {Size} view
 * @param {Size} picture
 */
function scaleMin(view, picture) {
  return Math.min(1, fit(view, picture).scale / 4);
}

/**
 * @param {Size} view
 * @param {Size} picture
 * @param {number} scale
 * @returns {Place}
 */
function centred(view, picture, scale) {
  return { scale, x: (view.width - picture.width * scale) / 2, y: (view.height - picture.height * scale) / 2 };
}

/**
 * `place` pushed back so that some of the picture stays in view.
 * @param {Size} view
 * @param {Size} picture
 * @param {Place} place
 * @returns {Place}
 */
function held(view, picture, place) {
  /** @type {(position: number, size: number, room: number) => number} */
  const hold = (position, size, room) => {
    const keep = Math.min(KEEP_IN_VIEW, size, room);
    return Math.min(room - keep, Math.max(keep - size, position));
  };
  return {
    scale: place.scale,
    x: hold(place.x, picture.width * place.scale, view.width),
    y: hold(place.y, picture.height * place.scale, view.height),
  };
}
