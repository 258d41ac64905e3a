/** What has come from sources that go by the records' own times before the first step: what there is to say if none begins. */
import type { MillraceError } from "../base/errors.ts"
import { refuse } from "../base/errors.ts"
import type { AccountMessage } from "../wire/messages.ts"

export class TimelessRecords {
  readonly #sources = new Map<string, { readonly records: number; readonly early: number }>()
  #sample: AccountMessage["samples"][number] | undefined

  add(source: string, { records, early, samples }: AccountMessage): void {
    const before = this.#sources.get(source) ?? { records: 0, early: 0 }
    this.#sources.set(source, { records: before.records + records, early: before.early + early })
    this.#sample ??= samples[0]
  }

  /** Names the sources that brought something. */
  get refusal(): MillraceError {
    const sources = [...this.#sources].map(([name, counts]) => ({ name, ...counts }))
    return refuse("MR_NO_RECORD_TIME", { sources: sources.filter(({ records }) => records > 0), sample: this.#sample })
  }
}
