/**
 * What is asked of a pool of connections to PostgreSQL: `pg.Pool` is one. The package `pg` is the user's own, so its
 * types stand here by their shape.
 */
import { messageOf } from "../base/errors.ts"

/** A connection, for as long as it is lent. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<PostgresResult>
  /** Gives the connection back to its pool; with `true` it is closed instead. */
  release(destroy?: boolean): void
  on(event: "error", listener: (error: Error) => void): unknown
  off(event: "error", listener: (error: Error) => void): unknown
}

export interface PostgresResult {
  readonly rows: Record<string, unknown>[]
  readonly rowCount: number | null
}

/** Lends connections of type `C`. */
export interface PostgresPool<C extends PostgresClient = PostgresClient> {
  connect(): Promise<C>
  on(event: "error", listener: (error: Error) => void): unknown
  off(event: "error", listener: (error: Error) => void): unknown
}

export function isPool(value: unknown): value is PostgresPool {
  const { connect, on, off } = (value ?? {}) as Partial<PostgresPool>
  return [connect, on, off].every((method) => typeof method === "function")
}

/**
 * Runs `work` in a transaction that holds if it returns, and leaves nothing if it throws: then the connection is closed,
 * with whatever may still be under way in it.
 */
export async function transaction<C extends PostgresClient, T>(
  pool: PostgresPool<C>,
  work: (client: C) => Promise<T>,
): Promise<T> {
  const client = await connect(pool)
  client.on("error", ignore)
  let isWhole = false
  try {
    await client.query("begin")
    const result = await work(client)
    await client.query("commit")
    isWhole = true
    return result
  } finally {
    client.off("error", ignore)
    client.release(!isWhole)
  }
}

/** A connection that is lost says so to the query under way, or to the next; unheard, the event would end the process. */
const ignore = (): void => undefined

async function connect<C extends PostgresClient>(pool: PostgresPool<C>): Promise<C> {
  try {
    return await pool.connect()
  } catch (error) {
    const why = messageOf(error) || codeOf(error) // what failed at each of several addresses has no message
    throw new Error(
      `there is no connection to PostgreSQL: ${why}; see that it runs, and that address, user and password are right`,
      { cause: error },
    )
  }
}

/** What PostgreSQL, or the system, calls an error: "42501", "ECONNREFUSED". */
export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code
}
