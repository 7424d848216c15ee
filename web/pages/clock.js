/**
 * The server's time, as well as a browser can know it. Leases and limits are told in the server's clock and a worker's
 * machine may be minutes off, so every countdown goes through here.
 */

let offsetMs = 0;
let bestRoundTripMs = Infinity;

/** Milliseconds since the epoch by the server's clock. */
export function serverNow() {
  return Date.now() + offsetMs;
}

/**
 * Takes the server's time out of a reply. The reply is half a round trip old when it is read, so the shortest round trip
 * tells the most; a slower one is believed only when it disagrees by more than it could have been delayed, as after a
 * laptop's clock was set.
 *
 * @param {number} server the reply's `now`
 * @param {number} sent Date.now() when the request left
 * @param {number} received Date.now() when the reply was read
 */
export function learnServerTime(server, sent, received) {
  const roundTripMs = Math.max(0, received - sent);
  const found = server - (sent + roundTripMs / 2);
  if (roundTripMs <= bestRoundTripMs || Math.abs(found - offsetMs) > roundTripMs + bestRoundTripMs) {
    offsetMs = found;
    bestRoundTripMs = roundTripMs;
  }
}
