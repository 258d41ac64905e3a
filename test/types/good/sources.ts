import * as v from "valibot"
import { batches, defineSource, from, generate, job, listen, tail } from "millrace"
import type { DStream, InputStream, InvalidRecord, ReadOptions } from "millrace"
import { check, type Equal } from "../equal.js"

const View = v.object({ url: v.string(), ms: v.optional(v.number(), 0), user: v.exactOptional(v.string()) })
type View = { url: string; ms: number; user?: string }
const Trimmed = v.pipe(v.string(), v.trim(), v.toNumber())
const url = "http://localhost:8080/views"

export default job({ name: "sources" }, ({ readStream, readText, readBytes }) => {
  // a cast
  const untyped = readStream(url, "1s")
  check<Equal<typeof untyped, InputStream<unknown>>>()
  const cast = readStream<View>(url, "1s", { onInvalid: "skip", name: "views" })
  check<Equal<typeof cast, InputStream<View>>>()
  const castWithoutInterval = readStream<View>(new URL(url))
  check<Equal<typeof castWithoutInterval, InputStream<View>>>()
  const castWithOptions = readStream<View>(url, { maxRecordBytes: 1_000, maxBytesPerStep: undefined })
  check<Equal<typeof castWithOptions, InputStream<View>>>()

  // a schema
  const checked = readStream(url, "1s", { schema: View })
  check<Equal<typeof checked, InputStream<View>>>()
  const checkedWithoutInterval = readStream(url, { schema: View, onInvalid: "collect" })
  check<Equal<typeof checkedWithoutInterval, InputStream<View>>>()
  const checkedUndefinedInterval = readStream(url, undefined, { schema: View })
  check<Equal<typeof checkedUndefinedInterval, InputStream<View>>>()
  const transformed = readStream(url, "1s", { schema: Trimmed })
  check<Equal<typeof transformed, InputStream<number>>>()
  const both = readStream<View>(url, "1s", { schema: View })
  check<Equal<typeof both, InputStream<View>>>()
  const invalid = checked.invalid()
  check<Equal<typeof invalid, DStream<InvalidRecord>>>()

  // the source's own type
  const fromBatches = readStream(batches([["a"], ["b", "c"], []]), "1s")
  check<Equal<typeof fromBatches, InputStream<string>>>()
  const fromObjects = readStream(batches([[{ url: "/a", ms: 1 }], [{ url: "/b", ms: 2 }]]), "1s")
  check<Equal<typeof fromObjects, InputStream<{ url: string; ms: number }>>>()
  const fromGenerate = readStream(
    generate({ rate: 1000, seed: 7 }, (i, random) => ({ url: `/${i % 10}`, ms: random() })),
    "250ms",
  )
  check<Equal<typeof fromGenerate, InputStream<{ url: string; ms: number }>>>()
  const fromIterable = readStream(
    from(async function* () {
      yield { n: 1 }
    }),
    "1s",
  )
  check<Equal<typeof fromIterable, InputStream<{ n: number }>>>()
  const withoutInterval = readStream(batches([[1]]))
  check<Equal<typeof withoutInterval, InputStream<number>>>()
  const withOptions = readStream(batches([[1]]), { name: "numbers" })
  check<Equal<typeof withOptions, InputStream<number>>>()

  const own = readStream(defineSource<View>({ description: "own", open: async (to) => to.values([{ url, ms: 1 }]) }))
  check<Equal<typeof own, InputStream<View>>>()
  const range = readStream(defineSource({ description: "r", total: 9, admitted: () => 9, read: (i) => [{ i }] }), "1s")
  check<Equal<typeof range, InputStream<{ i: number }>>>()

  // what others send
  const sent = readStream(listen(url), "1s")
  check<Equal<typeof sent, InputStream<unknown>>>()
  const sentCast = readStream<View>(listen(url, { token: "0123456789abcdef" }), "1s")
  check<Equal<typeof sentCast, InputStream<View>>>()
  const sentChecked = readStream(listen(new URL(url)), { schema: View })
  check<Equal<typeof sentChecked, InputStream<View>>>()

  // several
  const severalKinds = readStream<View>([listen(url), url, tail("views.log"), from(() => [{ url, ms: 1 }])], "1s")
  check<Equal<typeof severalKinds, InputStream<View>>>()
  const several = readStream([batches([[1]]), from(() => [2])], "1s")
  check<Equal<typeof several, InputStream<number>>>()
  const severalUrls = readStream<View>([url, new URL(url)], "1s", { onInvalid: "skip" })
  check<Equal<typeof severalUrls, InputStream<View>>>()
  const urls: readonly string[] = [url]
  const severalChecked = readStream(urls, { schema: View })
  check<Equal<typeof severalChecked, InputStream<View>>>()

  // a schema over such a source decides
  const schemaDecides = readStream(batches<unknown>([[{ url: 1 }, "no"]]), "1s", { schema: View, onInvalid: "collect" })
  check<Equal<typeof schemaDecides, InputStream<View>>>()
  const schemaTransforms = readStream(batches([[" 1 ", "2"]]), { schema: Trimmed })
  check<Equal<typeof schemaTransforms, InputStream<number>>>()

  // options made elsewhere
  const options: ReadOptions<View> = { schema: View, name: undefined }
  const fromOptions = readStream(url, "1s", options)
  check<Equal<typeof fromOptions, InputStream<View>>>()

  // files, and lines that are appended to one: what is in them is the program's claim
  const rows = readStream<View>("./history", "1s")
  check<Equal<typeof rows, InputStream<View>>>()
  const lines = readText(new URL("./book.txt", import.meta.url))
  check<Equal<typeof lines, InputStream<string>>>()
  const pictures = readBytes("./pictures", "1s")
  check<Equal<typeof pictures, InputStream<Uint8Array>>>()
  const log = tail("./app.log", { from: "start" })
  const logged = readStream(log, "1s")
  check<Equal<typeof logged, InputStream<unknown>>>()
  const views = readStream<View>(log, "1s")
  check<Equal<typeof views, InputStream<View>>>()
  const checkedViews = readStream(tail(new URL("file:///var/log/app.log")), "1s", { schema: View })
  check<Equal<typeof checkedViews, InputStream<View>>>()
  const logLines = readText(log, "1s")
  check<Equal<typeof logLines, InputStream<string>>>()
})
