/** A connection that could not be made, or ended before it should. `message` says why, in a few words. */
import { messageOf } from "../base/errors.ts"

export class ConnectionLost extends Error {}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "the host's name could not be looked up",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ETIMEDOUT: "connecting took too long",
  UND_ERR_CONNECT_TIMEOUT: "connecting took too long",
  UND_ERR_HEADERS_TIMEOUT: "the server took too long to answer",
  UND_ERR_BODY_TIMEOUT: "nothing came for too long",
  UND_ERR_SOCKET: "the server closed the connection",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the server closed the connection",
}

export function lost(error: unknown): ConnectionLost {
  return new ConnectionLost(reasonOf(error), { cause: error })
}

/** `fetch` only ever says "fetch failed" or "terminated"; why is in the cause, or in the cause's errors. */
function reasonOf(error: unknown): string {
  const { cause, code, errors } = error as { cause?: unknown; code?: unknown; errors?: readonly unknown[] }
  if (cause !== undefined) return reasonOf(cause)
  if (typeof code === "string" && Object.hasOwn(REASONS, code)) return REASONS[code]!
  if (errors?.[0] !== undefined) return reasonOf(errors[0])
  return messageOf(error)
}
