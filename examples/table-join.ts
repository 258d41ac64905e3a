/**
 * Orders looked up in a price list that is read again now and then: `leftOuterJoin` with a `table`. Each order gets
 * the price that is known when it comes.
 *
 *     millrace run examples/table-join.ts
 *
 * prints
 *
 *     ── orders · 2026-11-24 09:00:00.000Z ───────────────────────
 *     1: 3 × apple = 120 cents
 *     2: melon has no price
 *     ── orders · 2026-11-24 09:00:00.500Z ───────────────────────
 *     3: 3 × apple = 135 cents
 *     4: 1 × melon = 300 cents
 */
import { EventEmitter, once } from "node:events"
import { from, job } from "millrace"

interface Order {
  id: number
  item: string
  pieces: number
}

/** What the price list says when it is read: melons have a price from the second time on. */
const readings = [
  [{ item: "apple", cents: 40 }],
  [
    { item: "apple", cents: 45 },
    { item: "melon", cents: 300 },
  ],
]
const priceList = new EventEmitter()
let times = 0
function readPrices(): { item: string; cents: number }[] {
  if (times > 0) priceList.emit("read again")
  return readings[Math.min(times++, 1)]!
}

async function* receiveOrders(): AsyncGenerator<Order> {
  yield { id: 1, item: "apple", pieces: 3 }
  yield { id: 2, item: "melon", pieces: 1 }
  await once(priceList, "read again")
  yield { id: 3, item: "apple", pieces: 3 }
  yield { id: 4, item: "melon", pieces: 1 }
}

export default job({ name: "table-join" }, ({ readStream, table }) => {
  const prices = table(readPrices, { key: ({ item }) => item, refresh: "500ms" })
  const orders = readStream(from(receiveOrders), "100ms")
  orders
    .keyBy(({ item }) => item)
    .leftOuterJoin(prices)
    .map(([, [{ id, item, pieces }, price]]) =>
      price === undefined
        ? `${id}: ${item} has no price`
        : `${id}: ${pieces} × ${item} = ${pieces * price.cents} cents`,
    )
    .print({ name: "orders" })
})
