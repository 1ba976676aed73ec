/**
 * A small web server for this machine alone. It listens on 127.0.0.1, and answers only whoever asks
 * for it by that name: a page elsewhere that has its own name point here gets nothing.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Answer {
  readonly type: string;
  readonly body: string;
}

/** A server, while it runs. */
export interface Server {
  readonly port: number;
  /** Tells everybody who listens at `/events`. */
  tell(event: string): void;
  close(): void;
}

/** Where it listens and what it answers. */
export interface ServerOptions {
  /** 0: any free one. */
  readonly port: number;
  /** What stands at a path; undefined: nothing. */
  readonly answer: (path: string) => Promise<Answer | undefined>;
}

const EVENTS = '/events';

/** Listens until it is closed. @throws when the port is taken */
export function serve({ port, answer }: ServerOptions): Promise<Server> {
  const listeners = new Set<ServerResponse>();
  let here = port;
  const server = createServer((request, response) => {
    const refused = refusal(request, here);
    if (refused !== undefined) return end(response, refused, 'refused\n');
    const path = (request.url ?? '/').split('?')[0]!;
    if (path === EVENTS) return listen(response, listeners);
    answer(path).then(
      (found) => {
        if (found === undefined) end(response, 404, 'there is nothing of that name\n');
        else end(response, 200, found.body, found.type);
      },
      (error: Error) => end(response, 500, `${error.message}\n`),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      here = typeof address === 'object' && address !== null ? address.port : port;
      resolve({
        port: here,
        tell(event) {
          for (const response of listeners) response.write(`event: ${event}\ndata:\n\n`);
        },
        close() {
          for (const response of listeners) response.end();
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

/** Status for a request that is not to be answered. */
function refusal({ headers, method }: IncomingMessage, port: number): number | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (headers.host === undefined || !hosts.includes(headers.host)) return 403;
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`))
    return 403;
  return method === 'GET' || method === 'HEAD' ? undefined : 405;
}

function end(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  });
  response.end(body);
}

function listen(response: ServerResponse, listeners: Set<ServerResponse>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 3000\n\n');
  listeners.add(response);
  response.on('close', () => listeners.delete(response));
}
