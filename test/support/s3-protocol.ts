/**
 * What an object store that speaks the S3 protocol answers: one bucket, in memory, as strict as S3 where a client could
 * get it wrong. Puts on conditions are enforced, which the servers that npm has do not do.
 *
 * What it lacks (multipart uploads, copies, versions) is refused, never half done. Signatures are looked at, not computed.
 */
import { createHash } from "node:crypto"
import type http from "node:http"

export const ACCESS_KEY = "test-key"
export const BUCKET = "bucket"
/** Keys of a list at most, as in S3. */
const KEYS_MAX = 1_000

/** The bucket's objects, by key. */
export type Objects = Map<string, Buffer>

export interface Request {
  readonly method: string
  /** Undefined in a bucket that is not there, "" for the bucket itself. */
  readonly key: string | undefined
  readonly query: URLSearchParams
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

export interface Reply {
  readonly status: number
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string | Buffer
}

const FAILURES = {
  AccessDenied: [403, "Access Denied."],
  ConditionalRequestConflict: [409, "A conflicting operation occurred during the request. Try again."],
  InternalError: [500, "We encountered an internal error. Please try again."],
  InvalidAccessKeyId: [403, "The access key Id you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid argument."],
  InvalidRange: [416, "The requested range is not satisfiable."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket: [404, "The specified bucket does not exist."],
  NoSuchKey: [404, "The specified key does not exist."],
  NotImplemented: [501, "A header or query you provided implies functionality that is not implemented."],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold."],
  SlowDown: [503, "Please reduce your request rate."],
} as const satisfies Record<string, readonly [status: number, message: string]>

export type Failure = keyof typeof FAILURES

export function failure(code: Failure): Reply {
  const [status, message] = FAILURES[code]
  return xml(status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`)
}

const xml = (status: number, text: string): Reply => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${text}`,
})

/** Done in one go, once the body is there: two puts on a condition cannot both hold. */
export function replyOf(objects: Objects, { method, key, query, headers, body }: Request): Reply {
  const refused = whyRefused(headers)
  if (refused !== undefined) return failure(refused)
  if (key === undefined) return failure("NoSuchBucket")
  if (key === "" && method === "GET" && query.get("list-type") === "2") return list(objects, query)
  if (key === "" || query.size > 0) return failure("NotImplemented")
  if (method === "PUT") return put(objects, key, headers, body)
  if (method === "GET" || method === "HEAD") return get(objects, key, headers)
  if (method !== "DELETE") return failure("NotImplemented")
  objects.delete(key)
  return { status: 204 }
}

/** A condition that is not signed is one that anybody on the way could take off. */
function whyRefused(headers: http.IncomingHttpHeaders): Failure | undefined {
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/[^/]+\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=[\da-f]{64}$/
  const [, accessKey, signed = ""] = authorization.exec(headers.authorization ?? "") ?? []
  if (accessKey === undefined || headers["x-amz-date"] === undefined) return "AccessDenied"
  if (accessKey !== ACCESS_KEY) return "InvalidAccessKeyId"
  const mustBeSigned = ["host", "if-match", "if-none-match"].filter((name) => headers[name] !== undefined)
  return mustBeSigned.every((name) => signed.split(";").includes(name)) ? undefined : "AccessDenied"
}

function put(objects: Objects, key: string, headers: http.IncomingHttpHeaders, body: Buffer): Reply {
  if (headers["content-length"] === undefined) return failure("MissingContentLength")
  if (headers["x-amz-copy-source"] !== undefined) return failure("NotImplemented")
  const { "if-match": match, "if-none-match": noneMatch } = headers
  const there = objects.get(key)
  if (noneMatch !== undefined && noneMatch !== "*") return failure("NotImplemented")
  if (noneMatch === "*" && there !== undefined) return failure("PreconditionFailed")
  if (match !== undefined) {
    if (there === undefined) return failure("NoSuchKey")
    if (!isSame(match, there)) return failure("PreconditionFailed")
  }
  objects.set(key, body)
  return { status: 200, headers: { etag: etagOf(body) } }
}

function get(objects: Objects, key: string, headers: http.IncomingHttpHeaders): Reply {
  const object = objects.get(key)
  if (object === undefined) return failure("NoSuchKey")
  const { "if-match": match, "if-none-match": noneMatch, range } = headers
  if (match !== undefined && !isSame(match, object)) return failure("PreconditionFailed")
  if (noneMatch !== undefined && isSame(noneMatch, object)) return { status: 304, headers: { etag: etagOf(object) } }
  const about = { etag: etagOf(object), "accept-ranges": "bytes", "content-type": "application/octet-stream" }
  if (range === undefined) return { status: 200, headers: about, body: object }
  const part = partOf(range, object.length)
  if (part === undefined) return failure("InvalidRange")
  const [first, last] = part
  const headersOfPart = { ...about, "content-range": `bytes ${first}-${last}/${object.length}` }
  return { status: 206, headers: headersOfPart, body: object.subarray(first, last + 1) }
}

/** The first and the last byte of "bytes=2-5", "bytes=2-" or "bytes=-5". */
function partOf(range: string, length: number): [first: number, last: number] | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? []
  if (from === "" && to === "") return undefined
  const first = from === "" ? Math.max(0, length - Number(to)) : Number(from)
  const last = from === "" || to === "" ? length - 1 : Math.min(length - 1, Number(to))
  return first <= last ? [first, last] : undefined
}

function list(objects: Objects, query: URLSearchParams): Reply {
  const prefix = query.get("prefix") ?? ""
  const max = Math.min(KEYS_MAX, Number(query.get("max-keys") ?? KEYS_MAX))
  if (query.has("delimiter")) return failure("NotImplemented")
  if (!Number.isInteger(max) || max < 1) return failure("InvalidArgument")
  const token = query.get("continuation-token")
  const after = token === null ? (query.get("start-after") ?? "") : Buffer.from(token, "base64url").toString()
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && byBytes(key, after) > 0).sort(byBytes)
  const page = keys.slice(0, max)
  const next = keys.length > max ? Buffer.from(page.at(-1)!).toString("base64url") : undefined
  return xml(
    200,
    [
      `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${BUCKET}</Name>`,
      `<Prefix>${text(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${max}</MaxKeys>`,
      `<IsTruncated>${next !== undefined}</IsTruncated>`,
      ...(next === undefined ? [] : [`<NextContinuationToken>${next}</NextContinuationToken>`]),
      ...page.map((key) => contents(key, objects.get(key)!)),
      "</ListBucketResult>",
    ].join(""),
  )
}

/** The order of a list. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const contents = (key: string, object: Buffer): string =>
  `<Contents><Key>${text(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>${text(etagOf(object))}</ETag><Size>${object.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`

/** The key of a path in the bucket, "" for the bucket itself; undefined in another one. */
export function keyOf(path: string): string | undefined {
  const [, bucket, key = ""] = /^\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? []
  return bucket === BUCKET ? decodeURIComponent(key) : undefined
}

const etagOf = (object: Buffer): string => `"${createHash("md5").update(object).digest("hex")}"`

const isSame = (condition: string, object: Buffer): boolean =>
  condition === "*" ||
  condition.split(",").some((one) => one.trim().replaceAll('"', "") === etagOf(object).slice(1, -1))

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

const text = (value: string): string => value.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!)
