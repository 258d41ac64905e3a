/**
 * The object store that tests use keeps the S3 protocol: what holds of it holds of another server of that protocol, asked
 * by the same client. Only it enforces conditions of puts, and fails when it is told to.
 */
import { S3mini } from "s3mini"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { deferred } from "#src/base/deferred.js"
import { fauxqsServer } from "./fauxqs-server.ts"
import { s3Server } from "./s3-server.ts"
import type { Fault, S3Server } from "./s3-server.ts"

const bytesOf = async (s3: S3mini, key: string): Promise<Buffer | undefined> => {
  const bytes = await s3.getObjectArrayBuffer(key)
  return bytes === null ? undefined : Buffer.from(bytes)
}

describe.each([
  ["the server of these tests", s3Server],
  ["fauxqs", fauxqsServer],
])("%s", (_, start) => {
  let place: Awaited<ReturnType<typeof fauxqsServer>>
  let s3: S3mini

  beforeEach(async () => {
    place = await start()
    s3 = new S3mini({ ...place, region: "auto" })
  })
  afterEach(() => place.close())

  test.each<[string, Buffer]>([
    ["every byte", Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ["nothing", Buffer.alloc(0)],
    ["a megabyte", Buffer.alloc(2 ** 20, "žluťoučký 🐎")],
  ])("gives back what was put: %s", async (_name, bytes) => {
    const { status } = await s3.putObject("a/b", bytes)
    expect(status).toBe(200)
    expect(bytes.equals((await bytesOf(s3, "a/b"))!)).toBe(true)
    expect(await s3.getContentLength("a/b")).toBe(bytes.length)
  })

  test("gives what was put last", async () => {
    await s3.putObject("a", "first")
    const first = await s3.getEtag("a")
    await s3.putObject("a", "second")
    expect(await s3.getObject("a")).toBe("second")
    expect(await s3.getEtag("a")).not.toBe(first)
    await s3.putObject("a", "first")
    expect(await s3.getEtag("a")).toBe(first)
  })

  test("has nothing where nothing was put", async () => {
    expect(await s3.getObject("a")).toBe(null)
    expect(await s3.objectExists("a")).toBe(false)
    await s3.putObject("a", "x")
    expect(await s3.objectExists("a")).toBe(true)
  })

  test.each([
    ["some", 2, 5, "234"],
    ["from the start", 0, 3, "012"],
    ["beyond the end", 8, 100, "89"],
    ["to the end", 7, undefined, "789"],
  ])("gives a range: %s", async (_name, from, to, expected) => {
    await s3.putObject("a", "0123456789")
    const response = await s3.getObjectRaw("a", false, from, to)
    expect([response.status, await response.text()]).toEqual([206, expected])
  })

  test("refuses a range that begins behind the end", async () => {
    await s3.putObject("a", "0123456789")
    await expect(s3.getObjectRaw("a", false, 10, 12)).rejects.toMatchObject({ status: 416 })
  })

  test("lists what begins with a prefix, in order of bytes, with sizes", async () => {
    for (const [i, key] of ["b/2", "b/10", "b", "a/1", "b/ž", "b/Z", "c"].entries())
      await s3.putObject(key, "x".repeat(i))
    const listed = await s3.listObjects("/", "b/")
    expect(listed!.map(({ Key, Size }) => [Key, Number(Size)])).toEqual([
      ["b/10", 1],
      ["b/2", 0],
      ["b/Z", 5],
      ["b/ž", 4],
    ])
  })

  test("lists in pages: all, once, in order", async () => {
    const keys = Array.from({ length: 25 }, (_, i) => `p/${String(i).padStart(4, "0")}`)
    for (const key of [...keys].reverse()) await s3.putObject(key, "")
    await s3.putObject("q", "")
    const pages: string[][] = []
    let token: string | undefined
    do {
      const page = await s3.listObjectsPaged("/", "p/", 10, token)
      pages.push(page!.objects!.map(({ Key }) => Key))
      token = page!.nextContinuationToken
    } while (token !== undefined)
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 5])
    expect(pages.flat()).toEqual(keys)
  })

  test("lists nothing of nothing, and nothing of a bucket that is not there", async () => {
    expect(await s3.listObjects("/", "")).toEqual([])
    const elsewhere = new S3mini({ ...place, endpoint: `${place.endpoint}-of-another`, region: "auto" })
    expect(await elsewhere.listObjects("/", "")).toBe(null)
  })

  test("deletes, also what is not there", async () => {
    await s3.putObject("a", "x")
    await s3.putObject("ab", "x")
    await s3.deleteObject("a")
    await s3.deleteObject("a")
    expect(await s3.getObject("a")).toBe(null)
    expect((await s3.listObjects("/", ""))!.map(({ Key }) => Key)).toEqual(["ab"])
  })

  test("takes keys of any characters", async () => {
    const keys = ["a b", `quotes " and '`, "<&>", "žluťoučký 🐎", "plus+percent%25", "2026-01-01T00:00:00.000Z"]
    for (const key of keys) await s3.putObject(key, key)
    for (const key of keys) expect(await s3.getObject(key)).toBe(key)
    const listed = (await s3.listObjects("/", ""))!.map(({ Key }) => Key)
    expect(listed.sort()).toEqual([...keys].sort())
  })
})

describe("only the server of these tests", () => {
  let server: S3Server
  let s3: S3mini

  beforeEach(async () => {
    server = await s3Server()
    s3 = new S3mini({ ...server, region: "auto" })
  })
  afterEach(() => server.close())

  /** Puts on a condition, and gives the status. */
  async function putIf(condition: Record<string, string>, key: string, text: string): Promise<number> {
    try {
      // The client signs and sends any header, but its type knows those of Amazon only.
      return (await s3.putObject(key, text, undefined, undefined, condition as never)).status
    } catch (error) {
      return (error as { status: number }).status
    }
  }

  describe("enforces the conditions of a put", () => {
    test("If-None-Match: * is held by the first", async () => {
      expect(await putIf({ "if-none-match": "*" }, "a", "first")).toBe(200)
      expect(await putIf({ "if-none-match": "*" }, "a", "second")).toBe(412)
      expect(await s3.getObject("a")).toBe("first")
    })

    test("of many at once exactly one", async () => {
      const texts = Array.from({ length: 30 }, (_, i) => `text ${i}`)
      const statuses = await Promise.all(texts.map((text) => putIf({ "if-none-match": "*" }, "a", text)))
      expect(statuses.filter((status) => status === 200)).toHaveLength(1)
      expect(statuses.filter((status) => status === 412)).toHaveLength(29)
      expect(await s3.getObject("a")).toBe(texts[statuses.indexOf(200)])
    })

    test("If-Match is held by who knows what is there", async () => {
      expect(await putIf({ "if-match": '"0"' }, "a", "x")).toBe(404)
      await s3.putObject("a", "first")
      const etag = (await s3.getEtag("a"))!
      expect(await putIf({ "if-match": '"0"' }, "a", "x")).toBe(412)
      expect(await putIf({ "if-match": `"${etag}"` }, "a", "second")).toBe(200)
      expect(await putIf({ "if-match": `"${etag}"` }, "a", "third")).toBe(412)
      expect(await s3.getObject("a")).toBe("second")
    })

    test("a condition that it does not know is refused, not ignored", async () => {
      expect(await putIf({ "if-none-match": '"0"' }, "a", "x")).toBe(501)
      expect(server.objects.size).toBe(0)
    })
  })

  describe("refuses", () => {
    const put = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${server.endpoint}/a`, { method: "PUT", body: "x", headers })
    const signed = (accessKey: string, ...names: string[]): Record<string, string> => ({
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/auto/s3/aws4_request, SignedHeaders=${names.join(";")}, Signature=${"0".repeat(64)}`,
      "x-amz-date": "20260101T000000Z",
    })

    test.each<[string, () => Record<string, string>, string]>([
      ["what is not signed", () => ({}), "AccessDenied"],
      ["another's key", () => signed("other", "host"), "InvalidAccessKeyId"],
      [
        "a condition that is not signed",
        () => ({ ...signed("test-key", "host"), "if-none-match": "*" }),
        "AccessDenied",
      ],
    ])("%s", async (_, headers, code) => {
      const response = await put(headers())
      expect(response.status).toBe(403)
      expect(await response.text()).toContain(`<Code>${code}</Code>`)
      expect(server.objects.size).toBe(0)
    })

    test.each<[string, () => Promise<unknown>]>([
      ["uploads in parts", () => s3.getMultipartUploadId("a")],
      ["copies", () => s3.copyObject("a", "b")],
      ["lists by delimiter", () => s3.listObjects("/", "", 10, { delimiter: "/" })],
    ])("what it does not have: %s", async (_, request) => {
      await s3.putObject("a", "x")
      await expect(request()).rejects.toThrow("501")
    })
  })

  describe("fails when it is told to", () => {
    const afterwards: readonly [what: Fault["what"], message: RegExp, isDone: boolean][] = [
      ["InternalError", /S3 returned 500 – InternalError/, false],
      ["SlowDown", /S3 returned 503 – SlowDown/, false],
      ["ConditionalRequestConflict", /S3 returned 409 – ConditionalRequestConflict/, false],
      ["lost request", /fetch failed/, false],
      ["lost answer", /fetch failed/, true],
    ]

    test.each(afterwards)("%s: once, and then no more", async (what, message, isDone) => {
      server.fail({ method: "PUT", what })
      await expect(s3.putObject("a", "x")).rejects.toThrow(message)
      expect(server.objects.has("a")).toBe(isDone)
      await s3.putObject("a", "y")
      expect(await s3.getObject("a")).toBe("y")
    })

    test("half an answer: the client gets no whole object", async () => {
      await s3.putObject("a", "x".repeat(100_000))
      server.fail({ method: "GET", what: "half an answer" })
      await expect(s3.getObject("a")).rejects.toThrow("terminated")
      expect(await s3.getObject("a")).toHaveLength(100_000)
    })

    test("of the requests for some key, the one that is meant", async () => {
      server.fail({ method: "PUT", key: "log/", after: 2, what: "InternalError" })
      await s3.putObject("other", "x")
      await s3.putObject("log/1", "x")
      await expect(s3.putObject("log/2", "x")).rejects.toThrow("500")
      await s3.putObject("log/3", "x")
      expect(server.requests).toEqual(["PUT other 200", "PUT log/1 200", "PUT log/2 500", "PUT log/3 200"])
    })

    test("later, when it may go on: what comes meanwhile is done before", async () => {
      const [come, goOn] = [deferred<void>(), deferred<void>()]
      server.fail({ method: "PUT", what: () => (come.resolve(), goOn.promise) })
      const slow = putIf({ "if-none-match": "*" }, "a", "slow")
      await come.promise
      expect(await putIf({ "if-none-match": "*" }, "a", "quick")).toBe(200)
      goOn.resolve()
      expect(await slow).toBe(412)
      expect(await s3.getObject("a")).toBe("quick")
    })
  })
})
