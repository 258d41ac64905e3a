import pg from "pg"
import type { DStream, PostgresClient, RDD, SinkOf, StateStream } from "millrace"
import { defineSink, onceIn } from "millrace"
import { check, type Equal } from "../equal.js"

declare const views: DStream<{ url: string; ms: number }>
declare const counts: StateStream<string, number>
interface Database {
  insert(step: number, rows: readonly [string, number][]): Promise<void>
  end(): Promise<void>
}
declare function connect(url: string): Promise<Database>

// files take any records
views.save("./views", { format: "ndjson" })
counts.changes().save(new URL("file:///out"), { format: "csv", every: "1m", name: "counts", attempts: 5 })

// the type that `write` states, and what `open` gives
const table = defineSink({
  description: "table counts",
  open: ({ job, output, intervalMs }) => connect(`pg://localhost/${job}/${output}/${intervalMs}`),
  write: async (rdd: RDD<[string, number]>, { step, job, output, start, end }, database) => {
    check<Equal<typeof database, Database>>()
    await database.insert(step, rdd.collect())
    console.log(job.length + output.length, end - start)
  },
  close: (database) => database.end(),
})
check<Equal<typeof table, SinkOf<[string, number]>>>()
counts.saveTo(table)
counts.changes().saveTo(table, { name: "counts", attempts: 5 })

// any records
const lines = defineSink({
  description: "lines",
  write: (rdd) => {
    check<Equal<typeof rdd, RDD<unknown>>>()
  },
})
check<Equal<typeof lines, SinkOf<unknown>>>()
counts.saveTo(lines)
views.saveTo(lines)

// a type that is given, without anything to open
const urls = defineSink<{ url: string }>({
  description: "urls",
  write(rdd) {
    for (const { url } of rdd) console.log(url)
  },
})
views.saveTo(urls) // a sink of less takes records that have more

// a type that is given, with the type of what is opened named where it is used
const typed = defineSink<[string, number]>({
  description: "table counts",
  open: () => connect("pg://localhost"),
  write: (rdd, { step }, database: Database) => database.insert(step, rdd.collect()),
  close: (database: Database) => database.end(),
})
counts.saveTo(typed)

// what the stream has, and a connection by its shape
counts.saveTo(
  onceIn(
    (pool: pg.Pool) => pool,
    async (client, rdd, { step, start }) => {
      check<Equal<typeof client, PostgresClient>>()
      check<Equal<typeof rdd, RDD<[string, number]>>>()
      const { rows, rowCount } = await client.query("select $1, $2", [step, start, ...rdd])
      console.log(rows[0]?.a, (rowCount ?? 0) + 1)
    },
  ),
  { name: "counts" },
)

// a connection by its package's own type, and a pool among other things
const rowsOfCounts = onceIn(
  ({ pool }: { pool: pg.Pool; other: number }) => pool,
  async (client: pg.PoolClient, rdd: RDD<[string, number]>) => {
    const result = await client.query<{ n: number }>("select count(*) as n")
    console.log(result.rows[0]!.n + rdd.count())
  },
)
check<Equal<typeof rowsOfCounts, SinkOf<[string, number]>>>()
counts.changes().saveTo(rowsOfCounts, { name: "changes" })
