import * as v from "valibot"
import { job } from "millrace"
import type { Job, JobOptions, Streams } from "millrace"
import { check, type Equal } from "../equal.js"

const Params = v.object({ url: v.string(), rate: v.optional(v.number(), 10) })
type Params = { url: string; rate: number }

const withParams = job({ name: "with-params", params: Params }, ({ readStream, params }) => {
  check<Equal<typeof params, Params>>()
  readStream(params.url, "1s").print({ rows: params.rate })
})
check<Equal<typeof withParams, Job<Params>>>()

const withResources = job(
  {
    name: "with-resources",
    params: Params,
    setup: async (params) => {
      check<Equal<typeof params, Params>>()
      return { url: params.url, close: async () => {} }
    },
    teardown: async (resources) => {
      check<Equal<typeof resources, { url: string; close: () => Promise<void> }>>()
      await resources.close()
    },
  },
  ({ readStream }) => readStream("http://localhost:8080").count().print(),
)
check<Equal<typeof withResources, Job<Params>>>()

job({ name: "setup-only", setup: () => new Map([["a", 1]]), teardown: (map) => map.clear() }, ({ params }) => {
  check<Equal<typeof params, undefined>>()
})

export function define(options: JobOptions<Params>, build: (streams: Streams<Params>) => void): Job<Params> {
  return job(options, build)
}
