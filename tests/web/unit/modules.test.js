// The modules of the task frame: what a browser must fetch, in how many rounds, and how much it is.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../../../web", import.meta.url));
const ENTRY = "elements/index.js";

/** @param {string} module a path inside `web/` */
const importsOf = (module) =>
  [...readFileSync(join(WEB, module), "utf8").matchAll(/^(?:import|export)\s(?:[^"]*?from\s)?"([^"]+)";/gm)].map(([, path]) => relative(WEB, join(WEB, dirname(module), path)));

/** Every module reachable from `module`. @param {string} module @param {Set<string>} found */
function reachable(module, found = new Set()) {
  if (found.has(module)) return found;
  found.add(module);
  for (const next of importsOf(module)) reachable(next, found);
  return found;
}

const modules = [...reachable(ENTRY)].sort();

test("modules.json lists every module of the frame, for preload hints", () => {
  assert.deepEqual(JSON.parse(readFileSync(join(WEB, "elements/modules.json"), "utf8")), modules);
});

test("the entry names every module itself: two rounds of requests, not a chain", () => {
  assert.deepEqual([ENTRY, ...importsOf(ENTRY)].sort(), modules);
});

test("no module of the frame is left out of it", () => {
  const written = ["elements", "lib"].flatMap((folder) => readdirSync(join(WEB, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)));
  assert.deepEqual(written.filter((path) => path.endsWith(".js")).sort(), modules);
});

test("the console's page names every module of it, so that they come in one round", () => {
  const html = readFileSync(join(WEB, "console/index.html"), "utf8");
  const named = [...html.matchAll(/<link rel="modulepreload" href="\/_\/assets\/([^"]+)">/g)].map(([, path]) => path);
  assert.deepEqual(named, [...reachable("console/index.js")].filter((module) => module !== "console/index.js").sort());
});
