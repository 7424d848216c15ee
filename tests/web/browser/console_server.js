// The console's API over objects in memory, with the rules of `web/console/types.js`, and the files of `web/` as the
// server gives them: for tests of the pages alone. The server's own tests hold the real API to the same shapes.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { seed } from "./console_data.js";

/** @import * as T from "../../../web/console/types.js" */
/** @import { IncomingMessage, ServerResponse } from "node:http" */

const ROOT = fileURLToPath(new URL("../../../web", import.meta.url));
/** @type {Record<string, string>} */
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8" };
/** What the pages must live with. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; frame-src TASKS; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

class Refused extends Error {
  /** @param {number} status @param {string} code @param {string} [field] */
  constructor(status, code, field) {
    super(`${code} ${field ?? ""}`);
    Object.assign(this, { status, code, field });
  }
}

/** @param {boolean} good @param {number} status @param {string} code @param {string} [field] */
const must = (good, status, code, field) => {
  if (!good) throw new Refused(status, code, field);
};

/** @param {T.Progress} progress */
const isOver = (progress) => ["Completed", "Failed", "Stopped"].includes(progress.state);

/** @param {{empty?: boolean, mail?: boolean}} [options] */
export async function serveConsole(options = {}) {
  const state = { ...seed(options), mail: options.mail ?? false };
  /** @type {Map<string, {person: string}>} */
  const sessions = new Map();
  /** @type {Map<string, Set<ServerResponse>>} */
  const listeners = new Map();
  /** Every state-changing request, newest last. @type {{method: string, path: string, body: any}[]} */
  const log = [];
  let events = true;
  /** @type {Map<string, T.Preview>} */
  const previews = new Map();
  let url = "";
  /** Task pages come from an origin of their own, as they do from a server on a laptop. */
  let tasks = "";
  let ids = 0;

  /** @template I @param {I[]} items @param {URLSearchParams} query @param {(item: I) => any} [out] */
  const page = (items, query, out = (item) => item) => {
    const limit = Number(query.get("limit") ?? 50);
    must(Number.isInteger(limit) && limit >= 1 && limit <= 200, 400, "out_of_range", "limit");
    const from = Number(query.get("after") ?? 0);
    const next = from + limit;
    return { items: items.slice(from, next).map(out), ...(next < items.length ? { next: String(next) } : {}) };
  };
  const job = (/** @type {string} */ name) => {
    const found = state.jobs.find((each) => each.name === name);
    must(found !== undefined, 404, "not_found");
    return /** @type {NonNullable<typeof found>} */ (found);
  };
  const summary = (/** @type {typeof state.jobs[number]} */ each) => ({ name: each.name, title: each.title, state: each.progress.state, heldUp: each.progress.heldUp ?? null, taskType: each.taskType, counts: each.progress.counts, createdAt: each.createdAt, changedAt: each.progress.changedAt });
  const team = (/** @type {string} */ name) => {
    const found = state.teams.find((each) => each.name === name);
    must(found !== undefined, 404, "not_found");
    return /** @type {T.Team} */ (found);
  };
  const members = (/** @type {T.Team} */ each) => ({ ...each, members: state.workers.filter(({ teams }) => teams.includes(each.name)).length });
  const worker = (/** @type {string} */ id) => {
    const found = state.workers.find((each) => each.id === id);
    must(found !== undefined, 404, "not_found");
    return /** @type {T.Worker} */ (found);
  };
  const key = (/** @type {string} */ id) => {
    const found = state.keys.find((each) => each.id === id);
    must(found !== undefined, 404, "not_found");
    return /** @type {T.AccessKey} */ (found);
  };
  /** @param {string} name */
  const tell = (name) => {
    const { progress } = job(name);
    for (const response of listeners.get(name) ?? []) {
      response.write(`event: progress\ndata: ${JSON.stringify({ ...progress, now: Date.now() })}\n\n`);
      if (isOver(progress)) response.end("event: end\ndata: {}\n\n");
    }
  };
  /** @param {any} body */
  const checkQuestion = (body) => {
    must(Array.isArray(body.labels) && body.labels.length >= 2, 400, "too_few", "labels");
    must(new Set(body.labels).size === body.labels.length, 400, "duplicate", "labels");
    must(typeof body.header === "string" && body.header.length <= 128, 400, "too_long", "header");
    must(typeof body.instructions === "string", 400, "required", "instructions");
  };
  /** @param {string} uri @param {string} field */
  const checkUri = (uri, field) => {
    const bucket = /^s3:\/\/([^/]+)/.exec(uri ?? "")?.[1];
    must(bucket !== undefined, 400, "pattern", field);
    must(state.buckets.includes(/** @type {string} */ (bucket)), 400, "no_such_bucket", field);
  };

  /** @type {[string, RegExp, (match: string[], body: any, query: URLSearchParams, person: T.Person) => any][]} */
  const routes = [
    ["POST", /^password$/, (_, body, __, person) => {
      must(body.current === undefined || state.passwords.get(person.name) === body.current, 400, "wrong_password", "current");
      must(body.new.length >= 8, 400, "password_too_short", "new");
      state.passwords.set(person.name, body.new);
      person.mustChangePassword = false;
      return {};
    }],
    ["GET", /^overview$/, () => ({
      endpoint: url, region: "ap-northeast-1", accountId: "000000000000", portalUrl: `${url}/_/portal`, mail: state.mail, buckets: state.buckets,
      taskTypes: ["ImageMultiClass", "ImageMultiClassMultiLabel", "TextMultiClass", "TextMultiClassMultiLabel"], consolidations: ["cairn", "ground-truth", "majority-vote", "hook:mine"],
      jobs: state.jobs.length, teams: state.teams.length, workers: state.workers.length,
    })],
    ["GET", /^jobs$/, (_, __, query) => {
      const wanted = query.get("name")?.toLowerCase() ?? "";
      const only = query.get("state");
      return page(state.jobs.filter((each) => each.name.toLowerCase().includes(wanted) && (!only || each.progress.state === only)), query, summary);
    }],
    ["POST", /^jobs$/, (_, body) => {
      must(/^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$/.test(body.name ?? ""), 400, "pattern", "name");
      must(!state.jobs.some(({ name }) => name.toLowerCase() === body.name.toLowerCase()), 409, "name_taken", "name");
      checkQuestion(body);
      checkUri(body.inputManifest, "inputManifest");
      must(body.inputManifest.endsWith(".manifest"), 400, "no_such_object", "inputManifest");
      checkUri(body.outputPath, "outputPath");
      must(state.teams.some(({ name }) => name === body.workteam), 400, "no_such_team", "workteam");
      must(Number.isInteger(body.workersPerObject) && body.workersPerObject >= 1 && body.workersPerObject <= 9, 400, "out_of_range", "workersPerObject");
      must(Number.isInteger(body.taskTimeLimitSeconds) && body.taskTimeLimitSeconds >= 30 && body.taskTimeLimitSeconds <= 28_800, 400, "out_of_range", "taskTimeLimitSeconds");
      const made = state.newJob(body);
      state.jobs.unshift(made);
      return { job: summary(made) };
    }],
    ["GET", /^jobs\/([^/]+)$/, ([name]) => ({ job: job(name).public() })],
    ["GET", /^jobs\/([^/]+)\/labels$/, ([name], _, query) => {
      const label = query.get("label");
      return page(job(name).labels.filter((each) => !label || each.labels.some((given) => given.name === label)), query);
    }],
    ["GET", /^jobs\/([^/]+)\/failures$/, ([name], _, query) => page(job(name).failures, query)],
    ["POST", /^jobs\/([^/]+)\/retry$/, ([name], body) => {
      const found = job(name);
      must(!isOver(found.progress), 409, "job_over");
      const back = found.failures.filter((each) => each.retryable && (body.all === true || body.objects.includes(each.objectId)));
      found.failures = found.failures.filter((each) => !back.includes(each));
      found.progress.counts.failed -= back.length;
      tell(name);
      return { retried: back.length, progress: found.progress };
    }],
    ["POST", /^jobs\/([^/]+)\/stop$/, ([name]) => {
      const found = job(name);
      must(!isOver(found.progress), 409, "job_over");
      found.progress.state = "Stopping";
      tell(name);
      return { progress: found.progress };
    }],
    ["POST", /^manifest-check$/, (_, body) => {
      checkUri(body.uri, "uri");
      must(body.uri.endsWith(".manifest"), 400, "no_such_object", "uri");
      return state.report(body);
    }],
    ["POST", /^preview$/, (_, body) => {
      checkQuestion(body);
      const id = String(++ids);
      previews.set(id, body);
      return { page: `${tasks}/_/task/${id}`, objects: body.inputManifest ? 5 : 1, sample: !body.inputManifest };
    }],
    ["GET", /^teams$/, (_, __, query) => page(state.teams.toSorted((a, b) => a.name.localeCompare(b.name)), query, members)],
    ["POST", /^teams$/, (_, body) => {
      must(/^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$/.test(body.name ?? ""), 400, "pattern", "name");
      must(!state.teams.some(({ name }) => name === body.name), 409, "name_taken", "name");
      must(body.description !== "", 400, "required", "description");
      const made = { name: body.name, arn: `arn:aws:sagemaker:ap-northeast-1:000000000000:workteam/private-crowd/${body.name}`, description: body.description, members: 0, jobs: 0, createdAt: Date.now() };
      state.teams.push(made);
      return { team: made };
    }],
    ["GET", /^teams\/([^/]+)$/, ([name]) => ({ team: members(team(name)) })],
    ["DELETE", /^teams\/([^/]+)$/, ([name]) => {
      must(team(name).jobs === 0, 409, "team_in_use");
      state.teams = state.teams.filter((each) => each.name !== name);
      for (const each of state.workers) each.teams = each.teams.filter((of) => of !== name);
      return {};
    }],
    ["POST", /^teams\/([^/]+)\/members$/, ([name], body) => {
      for (const id of body.workers) if (!worker(id).teams.includes(name)) worker(id).teams.push(name);
      return { team: members(team(name)) };
    }],
    ["DELETE", /^teams\/([^/]+)\/members\/([^/]+)$/, ([name, id]) => {
      worker(id).teams = worker(id).teams.filter((each) => each !== name);
      return { team: members(team(name)) };
    }],
    ["GET", /^workers$/, (_, __, query) => {
      const wanted = query.get("search")?.toLowerCase() ?? "";
      const [of, only] = [query.get("team"), query.get("state")];
      return page(state.workers.filter((each) => `${each.name} ${each.email}`.toLowerCase().includes(wanted) && (!of || each.teams.includes(of)) && (!only || each.state === only)), query);
    }],
    ["POST", /^workers$/, (_, body) => {
      must(body.people.length <= 100, 400, "too_many_people", "people");
      return {
        invitations: body.people.map((/** @type {{name: string, email?: string}} */ { name, email }) => {
          const known = state.workers.find((each) => each.name === name);
          if (known) {
            known.teams = [...new Set([...known.teams, ...body.teams])];
            return { name, outcome: "already_there", id: known.id, mailed: false };
          }
          if (name === "root") return { name, outcome: "refused", mailed: false, message: "this name is reserved" };
          const id = `w-new-${++ids}`;
          state.workers.push({ id, name, email: email ?? null, role: "worker", state: "invited", teams: body.teams, answers: 0, lastSeenAt: null, createdAt: Date.now() });
          const mailed = state.mail && email !== undefined;
          return { name, outcome: "created", id, mailed, link: `${url}/_/portal#reset=${"k3Jx9".repeat(8)}${ids}`, ...(mailed ? {} : { password: `moss-${ids}-stone-lantern` }) };
        }),
      };
    }],
    ["POST", /^workers\/([^/]+)\/(disable|enable)$/, ([id, what], _, __, person) => {
      must(id !== person.id, 409, "own_account");
      worker(id).state = what === "disable" ? "disabled" : "active";
      return { worker: worker(id) };
    }],
    ["POST", /^workers\/([^/]+)\/reset-link$/, ([id]) => ({ link: `${url}/_/portal#reset=${"q7Lm2".repeat(8)}`, expiresAt: Date.now() + 48 * 3_600_000, mailed: state.mail && worker(id).email !== null })],
    ["GET", /^keys$/, (_, __, query, person) => {
      must(person.role === "administrator", 403, "no_access");
      return page(state.keys, query);
    }],
    ["POST", /^keys$/, (_, body, __, person) => {
      must(person.role === "administrator", 403, "no_access");
      must(body.name !== "", 400, "required", "name");
      const made = { id: `AKIACAIRN${String(++ids).padStart(11, "0")}`, name: body.name, role: body.role, state: /** @type {const} */ ("active"), createdAt: Date.now(), lastUsedAt: null };
      state.keys.unshift(made);
      return { key: made, secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
    }],
    ["POST", /^keys\/([^/]+)\/(disable|enable)$/, ([id, what], _, __, person) => {
      must(person.role === "administrator", 403, "no_access");
      key(id).state = what === "disable" ? "disabled" : "active";
      return { key: key(id) };
    }],
  ];

  /** @param {IncomingMessage} request @returns {Promise<any>} */
  const bodyOf = async (request) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    return text === "" ? {} : JSON.parse(text);
  };

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {string} path @param {URLSearchParams} query */
  const api = async (request, response, path, query) => {
    const reply = (/** @type {number} */ status, /** @type {any} */ value, /** @type {Record<string, string>} */ headers = {}) =>
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers }).end(JSON.stringify({ ...value, now: Date.now() }));
    const method = request.method ?? "GET";
    try {
      const body = await bodyOf(request);
      if (method !== "GET") {
        must(request.headers.origin === url, 403, "foreign_origin");
        must(request.headers["content-type"] === "application/json" || method === "DELETE", 400, "pattern");
        log.push({ method, path, body });
      }
      const cookie = /session=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
      if (path === "sign-in") {
        const person = state.people.find((each) => each.name === body.name);
        must(person !== undefined && state.passwords.get(body.name) === body.password, 401, "wrong_password");
        must(person?.role === "administrator" || person?.role === "requester", 403, "no_access");
        const session = `s${++ids}`;
        sessions.set(session, { person: body.name });
        return reply(200, { person }, { "set-cookie": `session=${session}; HttpOnly; SameSite=Lax; Path=/_/` });
      }
      if (path === "sign-out") {
        sessions.delete(cookie);
        return reply(200, {});
      }
      if (path === "password/reset") {
        must(body.token === "good-token", 400, "reset_token");
        must(body.new.length >= 8, 400, "password_too_short", "new");
        state.passwords.set("aya", body.new);
        return reply(200, {});
      }
      const session = sessions.get(cookie);
      must(session !== undefined, 401, "no_session");
      const person = /** @type {T.Person} */ (state.people.find(({ name }) => name === session?.person));
      if (path === "me") return reply(200, { person });
      must(!person.mustChangePassword || path === "password", 403, "password_change");
      const stream = /^jobs\/([^/]+)\/events$/.exec(path);
      if (stream) {
        const name = decodeURIComponent(stream[1]);
        job(name);
        must(events, 503, "unavailable");
        response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
        const all = listeners.get(name) ?? new Set();
        listeners.set(name, all.add(response));
        response.on("close", () => all.delete(response));
        return tell(name);
      }
      const output = /^jobs\/([^/]+)\/output-manifest$/.exec(path);
      if (output) {
        response.writeHead(200, { "content-type": "application/jsonl", "content-disposition": `attachment; filename="${output[1]}.output.manifest"` });
        return response.end('{"source":"text","x":0}\n');
      }
      for (const [wanted, pattern, handle] of routes) {
        const match = wanted === method ? pattern.exec(path) : null;
        if (match) return reply(200, handle(match.slice(1).map(decodeURIComponent), body, query, person));
      }
      throw new Refused(404, "not_found");
    } catch (error) {
      if (!(error instanceof Refused)) console.error(error);
      const { status = 500, code = "server", field, message } = /** @type {any} */ (error);
      reply(status, { error: { code, message, ...(field ? { field } : {}) } });
    }
  };

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname.startsWith("/_/console/api/")) return api(request, response, pathname.slice("/_/console/api/".length), searchParams);
    // Of the portal only the door: nobody gets in.
    if (pathname.startsWith("/_/portal/api/")) return response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ error: { code: pathname.endsWith("/sign-in") ? "wrong_password" : "no_session", message: "no" } }));
    const picture = /^\/objects\/(\d+)\.svg$/.exec(pathname);
    if (picture) return response.writeHead(200, { "content-type": "image/svg+xml", "access-control-allow-origin": "*" }).end(state.picture(Number(picture[1])));
    const task = previews.get(/^\/_\/task\/(\d+)$/.exec(pathname)?.[1] ?? "");
    if (task) return response.writeHead(200, { "content-type": TYPES[".html"] }).end(state.taskPage(task));
    const document = pathname === "/_/console" ? "console/index.html" : pathname === "/_/portal" ? "portal/index.html" : null;
    const file = join(ROOT, document ?? normalize(pathname.replace(/^\/_\/assets\//, "/")));
    if ((!document && !pathname.startsWith("/_/assets/")) || !(await stat(file).catch(() => undefined))?.isFile()) return response.writeHead(404).end();
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    if (document) response.setHeader("content-security-policy", POLICY.replace("TASKS", tasks));
    else response.setHeader("access-control-allow-origin", "*");
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  url = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
  tasks = url.replace("127.0.0.1", "localhost");

  return {
    url,
    state,
    log,
    tell,
    job,
    /** How many tabs listen to a job. @param {string} name */
    streams: (name) => listeners.get(name)?.size ?? 0,
    /** Every session ends, as when a server forgets them. */
    endSessions: () => sessions.clear(),
    /** Server-sent events get through, or not. @param {boolean} on */
    setEvents: (on) => {
      events = on;
      if (!on) for (const all of listeners.values()) for (const response of all) response.destroy();
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve(undefined)));
    },
  };
}
