// What both stand-ins need of HTTP: a server, bodies in, answers out, one POST.

import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';

const BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * An answer before it is on the wire, so that a fault can still spoil it.
 * @typedef {{ status: number, headers: Record<string, string>, body: string | Buffer }} Answer
 */

/** @returns {Answer} */
export const json = (status, value, headers = {}) => ({
  status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value),
});

/** @returns {Answer} */
export const html = (status, body, headers = {}) => ({
  status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body,
});

/** @returns {Answer} */
export const redirect = (location) => ({ status: 303, headers: { location }, body: '' });

export const escapeHtml = (text) =>
  String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Writes the whole answer; a caller that has gone away is no error here. */
export function send(res, { status, headers, body }) {
  if (res.destroyed) return;
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  res.end(body);
}

/** Cuts the connection with a TCP reset, as a crashed server does. */
export function reset(res) {
  const socket = res.socket;
  if (socket?.resetAndDestroy) socket.resetAndDestroy();
  else socket?.destroy();
}

/** @returns {Promise<Buffer>} */
export async function readBody(stream) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw new Error(`a body of more than ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Listens on the loopback only; port 0 takes a free one.
 * @param {(req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>} handle
 */
export async function serve(handle, port = 0) {
  const server = http.createServer((req, res) => {
    handle(req, res).catch((error) => {
      // A peer that hung up in mid-request is an everyday thing in a fault test.
      if (error.code !== 'ECONNRESET') console.error(error);
      res.destroy();
    });
  });
  // The real services keep an idle connection open for a minute, not Node's five seconds.
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = () => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  return { port: server.address().port, url: `http://127.0.0.1:${server.address().port}`, close };
}

/**
 * One POST on a connection of its own. It never rejects: status 0 says that no whole answer came.
 * Redirects are not followed, as neither Stripe nor Telegram follows them.
 * @returns {Promise<{ status: number, headers: http.IncomingHttpHeaders, body: string, error?: string }>}
 */
export function post(url, { headers = {}, body = '', timeoutMs = 30_000, signal } = {}) {
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve) => {
    const failed = (error) => resolve({ status: 0, headers: {}, body: '', error: error.message });
    const req = request(url, {
      method: 'POST', agent: false, signal, timeout: timeoutMs,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    req.on('timeout', () => req.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    req.on('error', failed);
    req.on('response', (res) => readBody(res).then(
      (bytes) => resolve({ status: res.statusCode, headers: res.headers, body: bytes.toString() }),
      failed,
    ));
    req.end(body);
  });
}
