/** What can be said of a request before its body has come: whether it may send here, and how its body is to be read. */
import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import type { Receiver } from "../stream/source.ts"
import { isOwnHost, isOwnOrigin } from "./listen-address.ts"
import type { ListenAddress } from "./listen-address.ts"
import { takerOf } from "./posted-body.ts"
import type { TakeBody } from "./posted-body.ts"
import { Refusal } from "./refusal.ts"

export interface RequestHead {
  readonly method: string
  /** As it was asked for: a path, or a whole URL. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
}

/** How a body is to be read. */
export interface BodyPlan {
  readonly take: TakeBody
  readonly isGzip: boolean
}

/**
 * Who may not send here learns nothing else of it: the checks of the sender come first.
 * @throws Refusal
 */
export function checkHead(
  { method, target, headers }: RequestHead,
  address: ListenAddress,
  token: string | undefined,
  receiver: Receiver,
  bodyBytesMax: number,
): BodyPlan {
  if (!isOwnHost(headers.host, address)) {
    throw new Refusal(403, `This is not the host "${headers.host ?? ""}"; send to ${address.url}.`)
  }
  if (!isOwnOrigin(headers.origin, headers.host!)) {
    throw new Refusal(403, `Web pages of "${headers.origin}" may not send here.`)
  }
  if (token !== undefined && !isSame(bearerOf(headers.authorization), token)) {
    throw new Refusal(401, `Senders need the token of this source: "Authorization: Bearer …".`, {
      "WWW-Authenticate": "Bearer",
    })
  }
  if (pathOf(target) !== address.path) {
    throw new Refusal(404, `There is nothing at ${target.slice(0, 200)}; send to ${address.path}.`)
  }
  if (method !== "POST") throw new Refusal(405, `${method} is of no use here; send records by POST.`, { Allow: "POST" })
  const take = takerOf(receiver.content, headers["content-type"])
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity"
  const isGzip = ["gzip", "x-gzip"].includes(encoding)
  if (!isGzip && encoding !== "identity" && encoding !== "") {
    throw new Refusal(415, `The content encoding "${encoding}" cannot be read; send the body as it is, or by gzip.`, {
      "Accept-Encoding": "gzip",
    })
  }
  if (Number(headers["content-length"] ?? 0) > bodyBytesMax) throw tooLarge(bodyBytesMax)
  return { take, isGzip }
}

export const tooLarge = (bytesMax: number): Refusal =>
  new Refusal(413, `The body has more than ${bytesMax} bytes, the most that is taken at once; send less at a time.`)

export const busy = (): Refusal => new Refusal(429, "The job is behind; send this again later.", { "Retry-After": "1" })

export const stopping = (): Refusal =>
  new Refusal(503, "The job is stopping, and takes nothing more.", { Connection: "close" })

function pathOf(target: string): string | undefined {
  const url = target.startsWith("/") ? `http://host${target}` : target
  return URL.canParse(url) ? new URL(url).pathname : undefined
}

const bearerOf = (header: string | undefined): string => /^bearer +(.+)$/i.exec(header ?? "")?.[1] ?? ""

/** Takes as long for a text that is nearly right as for any other: digests of a secret are no secret to be approached. */
function isSame(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest()
  return timingSafeEqual(digest(given), digest(secret))
}
