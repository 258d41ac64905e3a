// A stream can be used where one of a wider type is asked for.
import type { DStream, InputStream, StateStream } from "millrace"

declare const strings: DStream<string>
declare const pairs: DStream<[string, number]>
declare const input: InputStream<{ url: string; ms: number }>
declare const state: StateStream<string, number>

export const anything: DStream<unknown> = pairs
export const wider: DStream<string | number> = strings
export const fewer: DStream<{ url: string }> = input
export const pair: DStream<readonly [unknown, unknown]> = pairs
export const value: DStream<[string, number | null]> = pairs
export const stateAsStream: DStream<[string, number]> = state
export const many: readonly DStream<unknown>[] = [strings, pairs, input, state]

// inputs and states too, though verbs of pairs are refused for the wider one
declare const pairInput: InputStream<[string, number]>
export const widerState: StateStream<string, string | number> = state
export const anyState: StateStream<unknown, unknown> = state
export const anyInput: InputStream<unknown> = input
export const anyPairInput: InputStream<unknown> = pairInput
export const widerPairInput: InputStream<[string, string | number]> = pairInput
export const readonlyPairInput: InputStream<readonly [unknown, unknown]> = pairInput
export const widerNumbers: DStream<number | null> = strings.map((text) => text.length)
export const inputs: readonly InputStream<unknown>[] = [input, pairInput]
