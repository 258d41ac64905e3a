import { Writable } from "node:stream"
import { expect, test } from "vitest"
import { Screen } from "#src/cli/screen.js"

interface Terminal {
  readonly screen: Screen
  /** What one sees, when the carriage goes back and lines are cleared as a terminal does it. */
  seen(): string
  written(): string
}

/** Both streams go to one terminal, or are pipes. */
function terminal(options: { isTTY: boolean; columns?: number; env?: NodeJS.ProcessEnv }): Terminal {
  let text = ""
  const stream = (): NodeJS.WriteStream =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          text += chunk.toString()
          done()
        },
      }),
      { isTTY: options.isTTY, columns: options.columns ?? 80 },
    ) as unknown as NodeJS.WriteStream
  const screen = new Screen(stream(), stream(), options.env ?? {})
  return {
    screen,
    written: () => text,
    seen: () =>
      text
        .replaceAll(/\u001b\[\d+m/g, "")
        .split("\n")
        .map((line) => line.split("\r\u001b[2K").at(-1))
        .join("\n"),
  }
}

test("on a terminal, data and lines go before the live line, which is rewritten in place", async () => {
  const { screen, seen } = terminal({ isTTY: true })
  screen.live("step 1")
  await screen.print("a\nb\n")
  screen.live("step 2")
  screen.line("warning")
  expect(seen()).toBe("a\nb\nwarning\nstep 2")
  screen.live("")
  screen.line("ended")
  expect(seen()).toBe("a\nb\nwarning\nended\n")
})

test("a live line never wraps", () => {
  const { screen, seen } = terminal({ isTTY: true, columns: 10 })
  screen.live("0123456789")
  expect(seen()).toBe("012345678")
})

test("without a terminal nothing moves the cursor, and there are no colours", async () => {
  const { screen, written } = terminal({ isTTY: false })
  expect(screen.hasLive).toBe(false)
  screen.line(screen.colors.yellow("warning"))
  await screen.print("a\n")
  expect(written()).toBe("warning\na\n")
})

test("NO_COLOR turns colours off", () => {
  const yellow = (env: NodeJS.ProcessEnv): string => terminal({ isTTY: true, env }).screen.colors.yellow("x")
  expect(yellow({})).toBe("\u001b[33mx\u001b[39m")
  expect(yellow({ NO_COLOR: "" })).toBe("\u001b[33mx\u001b[39m")
  expect(yellow({ NO_COLOR: "1" })).toBe("x")
})

test("print() tells when nobody reads any more, and throws what else goes wrong", async () => {
  const failing = (code: string): NodeJS.WriteStream =>
    new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
    }) as unknown as NodeJS.WriteStream
  const err = failing("EIO")
  await expect(new Screen(failing("EPIPE"), err, {}).print("a")).resolves.toBe(false)
  await expect(new Screen(failing("ENOSPC"), err, {}).print("a")).rejects.toThrow("ENOSPC")
})
