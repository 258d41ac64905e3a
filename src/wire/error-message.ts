/** Errors across the wire and back: the code, the sentence and the stacks survive. */
import { MillraceError } from "../base/errors.ts"
import type { ErrorMessage } from "./messages.ts"

export function toErrorMessage(thrown: unknown): ErrorMessage {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  return {
    code: error instanceof MillraceError ? error.code : undefined,
    message: error.message,
    stack: error.stack ?? "",
    causeStack: error.cause instanceof Error ? error.cause.stack : undefined,
  }
}

export function fromErrorMessage({ code, message, stack, causeStack }: ErrorMessage): Error {
  const cause = causeStack === undefined ? undefined : withStack(new Error(causeStack.split("\n", 1)[0]), causeStack)
  if (code === undefined) return withStack(new Error(message, { cause }), stack)
  return withStack(
    new MillraceError(code, message.replace(`${code}: `, ""), cause === undefined ? undefined : { cause }),
    stack,
  )
}

function withStack<E extends Error>(error: E, stack: string): E {
  error.stack = stack
  return error
}
