/** Reading the list of people to invite: one a line, as a name, an e-mail address, or `Name <address>`. */

/** More than this at once is refused. */
export const PEOPLE_MAX = 100;

const ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/;

/**
 * @param {string} text
 * @returns {{people: {name: string, email?: string}[], problems: {line: number, code: "twice"|"address"|"too_long", text: string}[]}}
 *   lines from 1; a line that is wrong is left out of `people`
 */
export function readPeople(text) {
  /** @type {{name: string, email?: string}[]} */
  const people = [];
  /** @type {{line: number, code: "twice"|"address"|"too_long", text: string}[]} */
  const problems = [];
  const seen = new Set();
  text.split(/\r\n|\r|\n/).forEach((raw, index) => {
    // A list pasted from a mail program ends its lines in a comma or semicolon.
    const line = raw.trim().replace(/[,;]+$/, "").trim();
    if (line === "") return;
    const wrong = (/** @type {"twice"|"address"|"too_long"} */ code) => problems.push({ line: index + 1, code, text: line });
    const named = /^(.*?)\s*<([^<>]*)>$/.exec(line);
    const email = named ? named[2].trim() : line.includes("@") ? line : undefined;
    const name = named ? named[1].trim().replace(/^"(.*)"$/, "$1") || named[2].trim() : line;
    if (email !== undefined && !ADDRESS.test(email)) return wrong("address");
    if (name.length > 128 || (email?.length ?? 0) > 254) return wrong("too_long");
    const keys = [name.toLowerCase(), ...(email === undefined ? [] : [email.toLowerCase()])];
    if (keys.some((key) => seen.has(key))) return wrong("twice");
    for (const key of keys) seen.add(key);
    people.push(email === undefined ? { name } : { name, email });
  });
  return { people, problems };
}
