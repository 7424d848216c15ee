import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../web", import.meta.url));
/** @type {Record<string, string>} */
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8" };

/**
 * Serves `web/` under `/assets/`, and pages given by name under `/pages/`.
 * @param {Record<string, string>} pages
 * @returns {Promise<{ url: string, requests: string[], close: () => Promise<void> }>}
 */
export async function serve(pages) {
  /** @type {string[]} */
  const requests = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    requests.push(path);
    const page = /^\/pages\/(.+)$/.exec(path)?.[1];
    if (page !== undefined && Object.hasOwn(pages, page)) {
      return response.setHeader("content-type", TYPES[extname(page)] ?? TYPES[".html"]).end(pages[page]);
    }
    const file = join(ROOT, normalize(path.replace(/^\/assets\//, "/")));
    if (!path.startsWith("/assets/") || !(await stat(file).catch(() => undefined))?.isFile()) return response.writeHead(404).end();
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("cache-control", "max-age=600");
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
