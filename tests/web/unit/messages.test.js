// Every message that the pages of portal and console name is in the catalogue, and the console's catalogue holds no others.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const WEB = new URL("../../../web/", import.meta.url);
const catalogue = Object.keys(JSON.parse(readFileSync(new URL("messages/en.json", WEB), "utf8")));
const base = (/** @type {string} */ key) => key.replace(/\.(one|other)$/, "");
const known = new Set(catalogue.map(base));

/** @param {string} folder */
const sources = (folder) =>
  readdirSync(new URL(folder, WEB)).filter((name) => name.endsWith(".js")).map((name) => readFileSync(new URL(`${folder}/${name}`, WEB), "utf8")).join("\n");

for (const folder of ["portal", "console", "pages"]) {
  test(`${folder}: every message it names is there`, () => {
    const text = sources(folder);
    const named = [...text.matchAll(/"((?:portal|console|page)\.[a-z_]+(?:\.[A-Za-z_-]+)*)"/g)].map(([, key]) => key);
    assert.ok(named.length > 20);
    const missing = named.filter((key) => !known.has(base(key)) && !["cairn.create-job"].includes(key));
    assert.deepEqual([...new Set(missing)], []);
    // A key that is put together needs at least one message with its beginning.
    for (const [, start] of text.matchAll(/`((?:portal|console|page)\.[a-z_.]*)\$\{/g)) assert.ok(catalogue.some((key) => key.startsWith(start)), start);
  });
}

test("every error the console knows has its words", () => {
  const [, list] = /knowErrors\("console", \[([^\]]*)\]/.exec(sources("console")) ?? [];
  const codes = [...list.matchAll(/"(\w+)"/g)].map(([, code]) => `console.error.${code}`).sort();
  assert.deepEqual(codes, [...known].filter((key) => key.startsWith("console.error.")));
});

test("no message of the console is left over", () => {
  const text = sources("console");
  const starts = [...text.matchAll(/`(console\.[a-z_.]*)\$\{/g)].map(([, start]) => start);
  const unused = [...known].filter((key) => key.startsWith("console.") && !text.includes(`"${key}"`) && !starts.some((start) => key.startsWith(start)) && !key.startsWith("console.error."));
  assert.deepEqual(unused, []);
});
