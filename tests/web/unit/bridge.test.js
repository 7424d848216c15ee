import assert from "node:assert/strict";
import test from "node:test";
import { Bridge } from "../../../web/lib/bridge.js";

/** A frame and a portal without a browser: what the bridge says is kept, what the portal says is handed over. */
function talk() {
  /** @type {(event: any) => void} */
  let listener = () => {};
  /** @type {any[]} */
  const said = [];
  /** @type {string[]} */
  const origins = [];
  /** @type {any[]} */
  const done = [];
  const clock = { now: 1000 };
  const portal = { postMessage: (/** @type {any} */ message, /** @type {string} */ origin) => void (said.push(message), origins.push(origin)) };
  const self = { addEventListener: (/** @type {any} */ _type, /** @type {any} */ heard) => (listener = heard) };
  const page = {
    output: () => ({ c: { label: "A" } }),
    problem: () => "",
    restore: (/** @type {any} */ content) => done.push(["restore", content]),
    submit: () => done.push(["submit"]),
    shown: () => done.push(["shown"]),
    applySettings: (/** @type {any} */ settings) => done.push(["settings", settings.language]),
    openInstructions: () => done.push(["open-instructions"]),
    alive: () => done.push(["alive"]),
  };
  const bridge = new Bridge(/** @type {any} */ (self), portal, page, () => clock.now);
  const hear = (/** @type {any} */ message, more = {}) => listener({ source: portal, origin: "http://portal.example", data: { cairn: 1, ...message }, ...more });
  return { bridge, hear, said, origins, done, clock };
}

test("only the parent window is heard, and only our messages", () => {
  const { hear, done, bridge } = talk();
  hear({ type: "submit" }, { source: {} });
  hear({}, { data: { type: "submit" } });
  hear({}, { data: null });
  hear({}, { data: "submit" });
  assert.deepEqual(done, []);
  assert.equal(bridge.alive, false);
  hear({ type: "submit" });
  assert.deepEqual(done, [["alive"], ["submit"]]);
  assert.equal(bridge.alive, true);
});

test("what the portal says reaches the page; what is unknown or malformed does not hurt", () => {
  const { hear, done } = talk();
  for (const message of [{ type: "restore", content: { a: "b" } }, { type: "restore", content: null }, { type: "shown" }, { type: "settings", language: "ja" }, { type: "open-instructions" }, { type: "later" }]) hear(message);
  assert.deepEqual(done, [["alive"], ["restore", { a: "b" }], ["shown"], ["settings", "ja"], ["open-instructions"]]);
});

test("once the portal's origin is known, nothing goes anywhere else", () => {
  const { bridge, hear, origins } = talk();
  bridge.submitRequest();
  hear({ type: "shown" });
  bridge.answered({});
  hear({ type: "shown" }, { origin: "null" });
  bridge.answered({});
  assert.deepEqual(origins, ["*", "http://portal.example", "http://portal.example"]);
});

test("a burst of changes is one draft; an answer takes its place", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { bridge, said } = talk();
  bridge.changed();
  context.mock.timers.tick(200);
  bridge.changed();
  context.mock.timers.tick(299);
  assert.deepEqual(said, []);
  context.mock.timers.tick(1);
  assert.deepEqual(said, [{ cairn: 1, type: "change", content: { c: { label: "A" } }, valid: true }]);
  bridge.changed();
  bridge.answered({ x: 1 });
  context.mock.timers.tick(1000);
  assert.equal(said.length, 2);
  assert.equal(said[1].type, "answer");
});

test("the time spent counts only what was seen", () => {
  const { bridge, hear, said, clock } = talk();
  clock.now = 5000;
  hear({ type: "shown" });
  clock.now = 7000;
  bridge.seen(false);
  clock.now = 60_000;
  bridge.seen(true);
  clock.now = 61_500;
  bridge.answered({});
  assert.equal(said[0].timeSpentMs, 3500);
});

test("a key goes on as the portal names it", () => {
  const { bridge, said } = talk();
  bridge.key({ key: "?", code: "Slash", shiftKey: true });
  assert.deepEqual(said, [{ cairn: 1, type: "key", key: "?", code: "Slash", shift: true, alt: false, ctrl: false, meta: false }]);
});
