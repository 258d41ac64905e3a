/**
 * The rows of the program's tables: loaded before the first step, and again as often as they say. A load that is done
 * takes effect at the next step boundary; which version a step sees is part of its input and stands in the log.
 */
import type { Clock } from "../base/clock.ts"
import { messageOf, refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import { requirePlainData } from "../base/values.ts"
import type { Block } from "../block/block.ts"
import type { TableVersion } from "../checkpoint/checkpoint.ts"
import { KeyIndex } from "../block/key-index.ts"
import { makeBlock } from "../block/make-block.ts"
import type { NodeId, TableNode } from "../stream/node.ts"
import type { Step } from "../stream/step-record.ts"
import { loadRows } from "./load-rows.ts"

interface Loaded {
  readonly node: TableNode
  readonly versions: Map<number, Block>
  newest: number
  /** The steps that were cut with each version, as far as they are not finished. */
  readonly read: Map<Step, number>
  cancel: () => void
}

export interface TableHooks {
  readonly clock: Clock
  readonly params: unknown
  readonly failed: (error: Error) => void
  /** A version is loaded, and no step sees it before this returns. */
  readonly loaded: (version: TableVersion) => void
}

export class TableRows {
  readonly #tables: readonly Loaded[]
  readonly #hooks: TableHooks
  #closed = false

  constructor(nodes: readonly TableNode[], hooks: TableHooks) {
    this.#hooks = hooks
    this.#tables = nodes.map((node) => ({
      node,
      versions: new Map(),
      newest: -1,
      read: new Map(),
      cancel: () => undefined,
    }))
  }

  /** Takes over a version from an earlier run. */
  goOnWith({ node, version, block }: TableVersion): void {
    const table = this.#tables.find((one) => one.node.id === node)
    if (table === undefined) return
    table.versions.set(version, block)
    table.newest = Math.max(table.newest, version)
  }

  /** Loads each for the first time. @throws MR_TABLE_FAILED, MR_TABLE_KEY_TWICE, MR_VALUE_REFUSED */
  async open(): Promise<void> {
    await Promise.all(this.#tables.map((table) => this.#load(table)))
  }

  /** A step that an earlier run has cut sees these. */
  cutAgain(step: Step, seen: readonly { readonly node: NodeId; readonly version: number }[]): void {
    for (const { node, version } of seen) this.#tables.find((one) => one.node.id === node)?.read.set(step, version)
  }

  /** The versions that a step sees which is cut now; undefined where a program has no table. */
  cut(step: Step): readonly { readonly node: NodeId; readonly version: number }[] | undefined {
    if (this.#tables.length === 0) return undefined
    return this.#tables.map(({ node, newest, read }) => {
      read.set(step, newest)
      return { node: node.id, version: newest }
    })
  }

  /** The versions that an open step sees. */
  seenBy(step: Step): { readonly node: NodeId; readonly version: number }[] {
    return this.#tables.map(({ node, read }) => ({ node: node.id, version: read.get(step)! }))
  }

  get(node: NodeId, version: number): Block {
    const block = this.#tables.find((table) => table.node.id === node)?.versions.get(version)
    if (block === undefined) throw new Error(`invariant: there is no version ${version} of table ${node}`)
    return block
  }

  /** The step is finished: versions that only it and earlier ones saw are let go. */
  finished(step: Step): void {
    for (const { read, versions, newest } of this.#tables) {
      read.delete(step)
      const oldest = Math.min(newest, ...read.values())
      for (const version of versions.keys()) if (version < oldest) versions.delete(version)
    }
  }

  close(): void {
    this.#closed = true
    for (const { cancel } of this.#tables) cancel()
  }

  async #load(table: Loaded): Promise<void> {
    const { node } = table
    const rows = await loadRows(node, this.#hooks.params)
    if (this.#closed) return
    const [version, block] = [table.newest + 1, rowsBlockOf(node, rows)]
    this.#hooks.loaded({ node: node.id, version, block })
    table.versions.set(version, block)
    table.newest = version
    if (node.refreshMs === undefined) return
    const { clock, failed } = this.#hooks
    const again = (): void => void this.#load(table).catch((error: unknown) => failed(error as Error))
    table.cancel = clock.at(clock.now() + node.refreshMs, again)
  }
}

/** Pairs of key and row. */
function rowsBlockOf(node: TableNode, rows: readonly unknown[]): Block {
  const keys = rows.map((row) => keyOf(node, row))
  requirePlainData(keys, `table "${node.name}"`)
  requirePlainData(rows, `table "${node.name}"`)
  const index = new KeyIndex()
  keys.forEach((key, place) => {
    if (index.slot(key) < place) throw refuse("MR_TABLE_KEY_TWICE", { table: node.name, key: showValue(key) })
  })
  return makeBlock("pairs", [keys, rows])
}

function keyOf({ name, key }: TableNode, row: unknown): unknown {
  try {
    return key(row)
  } catch (error) {
    const message = `its key threw for ${showValue(row)}: ${messageOf(error)}`
    throw refuse("MR_TABLE_FAILED", { table: name, message }, error)
  }
}
