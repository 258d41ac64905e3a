/**
 * Views added up in a table of PostgreSQL. To add is not a thing to do twice, so each step's views go in with the step's
 * number, in one transaction: whatever is killed, and however often this is run again, a step is added once.
 *
 *     PGDATABASE=test millrace run examples/views-table.ts
 *
 * leaves in the table, after one run or ten
 *
 *     /home     5
 *     /docs     3
 *     /pricing  2
 *
 * It needs the package `pg`, and a server that it is allowed to make two tables in; how it is reached is in the
 * environment: PGHOST, PGUSER, PGPASSWORD, PGDATABASE.
 */
import { batches, job, onceIn } from "millrace"
import pg from "pg"

const views = [
  [
    { at: "09:00:00", url: "/home" },
    { at: "09:00:00", url: "/docs" },
    { at: "09:00:00", url: "/home" },
    { at: "09:00:01", url: "/home" },
    { at: "09:00:01", url: "/pricing" },
  ],
  [
    { at: "09:00:02", url: "/docs" },
    { at: "09:00:02", url: "/home" },
    { at: "09:00:04", url: "/docs" },
    { at: "09:00:04", url: "/pricing" },
    { at: "09:00:05", url: "/home" },
  ],
]

async function openPool(): Promise<pg.Pool> {
  const pool = new pg.Pool()
  await pool.query("create table if not exists views (url text primary key, views bigint not null)")
  return pool
}

export default job({ name: "views-table", setup: openPool, teardown: (pool) => pool.end() }, ({ readStream }) => {
  // By the views' own time: when it is run again, they are in steps of the same numbers.
  const timed = readStream(batches(views), "1s", { time: ({ at }) => new Date(`2025-01-06T${at}Z`) })
  timed
    .map(({ url }) => url)
    .countByValue()
    .saveTo(
      onceIn(
        (pool: pg.Pool) => pool,
        async (client, counts) => {
          const urls = counts.collect().map(([url]) => url)
          const added = counts.collect().map(([, views]) => views)
          await client.query(
            `insert into views select * from unnest($1::text[], $2::bigint[])
               on conflict (url) do update set views = views.views + excluded.views`,
            [urls, added],
          )
        },
      ),
      { name: "views" },
    )
})
