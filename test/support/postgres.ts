/**
 * A PostgreSQL server for tests: Debian's, on a folder and a unix socket of its own, which nobody else can reach. It
 * runs as the user `postgres` where the tests run as root, since it refuses that.
 */
import type { ChildProcess } from "node:child_process"
import { execFileSync, spawn } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import pg from "pg"

export interface PostgresServer {
  /** How the server is connected to: a new, empty database. */
  database(): Promise<pg.PoolConfig>
  /** The server dies as in a crash, and recovers: every connection is cut, and what was not committed is gone. */
  crash(): Promise<void>
  /** The server ends, and its folder is removed. */
  close(): Promise<void>
}

const programs = programsOfDebian()

/** Tests that need the server are left out where it is not installed. In CI that counts as a failure. */
export const isPostgresInstalled = programs !== undefined

/** For the name of what is left out. */
export const orElse = isPostgresInstalled ? "" : " (needs Debian's package postgresql, which is not installed)"

export async function postgresServer(): Promise<PostgresServer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "test-pg-"))
  const data = path.join(folder, "data")
  if (isRoot()) fs.chownSync(folder, ...postgresUser())
  execFileSync(...asPostgres("initdb", "--pgdata", data, "--auth=trust", "--username=postgres", "--no-sync"), {
    stdio: ["ignore", "ignore", "inherit"],
  })
  const settings = ["listen_addresses=", `unix_socket_directories=${folder}`, "fsync=off", "lc_messages=C"]
  let child: ChildProcess | undefined
  let databases = 0

  const start = async (): Promise<void> => {
    const [program, args] = asPostgres("postgres", "-D", data, ...settings.flatMap((setting) => ["-c", setting]))
    child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] })
    await until(child, /database system is ready to accept connections/)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ended = new Promise((resolve) => child!.once("close", resolve))
    child!.kill(signal)
    await ended
  }
  await start()
  return {
    async database() {
      const database = `test${++databases}`
      const client = new pg.Client({ host: folder, user: "postgres", database: "postgres" })
      await client.connect()
      await client.query(`create database ${database}`)
      await client.end()
      return { host: folder, user: "postgres", database }
    },
    async crash() {
      await end("SIGQUIT")
      await start()
    },
    async close() {
      if (child!.exitCode === null) await end("SIGQUIT")
      fs.rmSync(folder, { recursive: true })
    },
  }
}

/** Resolves when the server has said what matches. */
function until(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ""
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      said += text
      if (pattern.test(said)) resolve()
    })
    child.once("close", () => reject(new Error(`PostgreSQL ended before it was ready:\n${said}`)))
  })
}

function asPostgres(program: string, ...args: readonly string[]): [program: string, args: string[]] {
  const file = path.join(programs!, program)
  if (!isRoot()) return [file, [...args]]
  return ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", file, ...args]]
}

const isRoot = (): boolean => process.getuid?.() === 0

function postgresUser(): [uid: number, gid: number] {
  const idOf = (kind: "-u" | "-g"): number => Number(execFileSync("id", [kind, "postgres"], { encoding: "utf8" }))
  return [idOf("-u"), idOf("-g")]
}

/** The folder of the newest version's programs. */
function programsOfDebian(): string | undefined {
  const versions = "/usr/lib/postgresql"
  if (!fs.existsSync(versions)) return undefined
  const [newest] = fs.readdirSync(versions).sort((a, b) => Number(b) - Number(a))
  const folder = path.join(versions, newest ?? "", "bin")
  return fs.existsSync(path.join(folder, "initdb")) ? folder : undefined
}
