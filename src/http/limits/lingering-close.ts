import type { Server } from 'node:http';

/**
 * Closes connections in stages (RFC 9112, 9.6). This server ends its own side first. A client that still sends its body
 * can then read the answer, and closes. If the socket were closed at once, TCP would reset the connection at the next bytes
 * of the client, which would lose the answer. A client that does not close within `patienceMs` is cut off.
 */
export function closeInStages(server: Server, patienceMs: number, onCutOff: () => void): void {
  server.on('connection', (socket) => {
    // Node calls it after the last answer of a connection.
    socket.destroySoon = () => {
      socket.end();
      const timer = setTimeout(() => {
        onCutOff();
        socket.destroy();
      }, patienceMs).unref();
      socket.once('close', () => clearTimeout(timer));
    };
  });
}
