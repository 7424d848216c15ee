import assert from "node:assert/strict";
import test from "node:test";
import { SCALE_MAX, actualSize, fit, panBy, resized, toPicture, toView, wheelFactor, zoomAt } from "../../../web/lib/zoom.js";

const view = { width: 800, height: 600 };
const picture = { width: 1600, height: 900 };

/** @type {(a: number, b: number) => void} */
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

test("fit shows the whole picture in the middle", () => {
  assert.deepEqual(fit(view, picture), { scale: 0.5, x: 0, y: 75 });
  assert.deepEqual(fit(view, { width: 100, height: 100 }), { scale: 6, x: 100, y: 0 });
  assert.equal(fit(view, { width: 1, height: 1 }).scale, SCALE_MAX);
  assert.equal(fit({ width: 0, height: 0 }, picture).scale, 1);
  assert.equal(fit(view, { width: 0, height: 0 }).scale, SCALE_MAX);
});

test("zoom keeps the point under the pointer", () => {
  const at = { x: 300, y: 200 };
  let place = fit(view, picture);
  const point = toPicture(place, at);
  for (const factor of [1.25, 2, 3, 0.7, 0.9]) {
    place = zoomAt(view, picture, place, at, factor);
    const seen = toView(place, point);
    near(seen.x, at.x);
    near(seen.y, at.y);
  }
});

test("zoom has both ends", () => {
  const place = fit(view, picture);
  assert.equal(zoomAt(view, picture, place, { x: 0, y: 0 }, 1e9).scale, SCALE_MAX);
  assert.equal(zoomAt(view, picture, place, { x: 0, y: 0 }, 1e-9).scale, 0.125);
  assert.equal(zoomAt(view, { width: 10, height: 10 }, { scale: 2, x: 0, y: 0 }, { x: 0, y: 0 }, 1e-9).scale, 1);
});

test("actual size is one to one whatever came before", () => {
  assert.equal(actualSize(view, picture, fit(view, picture)).scale, 1);
  assert.equal(actualSize(view, picture, { scale: 7, x: -50, y: 10 }).scale, 1);
});

test("panning never loses the picture", () => {
  for (const by of [{ x: 1e6, y: 1e6 }, { x: -1e6, y: -1e6 }]) {
    const place = panBy(view, picture, { scale: 2, x: 0, y: 0 }, by);
    assert.ok(place.x < view.width && place.x + picture.width * 2 > 0);
    assert.ok(place.y < view.height && place.y + picture.height * 2 > 0);
  }
});

test("many small wheel steps are one large one", () => {
  near(wheelFactor(-10, 0, false) ** 12, wheelFactor(-120, 0, false));
  assert.ok(wheelFactor(-1, 0, false) > 1 && wheelFactor(1, 0, false) < 1);
  assert.ok(wheelFactor(-3, 1, false) > wheelFactor(-3, 0, false));
});

test("a new size of the view keeps its middle", () => {
  const place = { scale: 1, x: -100, y: -50 };
  const after = { width: 400, height: 500 };
  const middle = toPicture(place, { x: 400, y: 300 });
  const moved = toPicture(resized(view, after, picture, place), { x: 200, y: 250 });
  assert.deepEqual(moved, middle);
});
