/**
 * The numbers of a sales dashboard: total sales, deals and the average deal, and the same for each salesperson. All of
 * them are read off one running state.
 *
 *     millrace run examples/sales-dashboard.ts
 *
 * prints
 *
 *     ── total · 2026-11-24 09:00:00.000Z ────────────────────────
 *     $9494 in sales, 20 deals, $474.70 on average
 *     ── by seller · 2026-11-24 09:00:00.000Z ────────────────────
 *     Linus  $4051 in sales, 8 deals, $506.38 on average
 *     Ada    $3417 in sales, 7 deals, $488.14 on average
 *     Grace  $1182 in sales, 4 deals, $295.50 on average
 *     Ken    $844 in sales, 1 deals, $844.00 on average
 *     ── total · 2026-11-24 09:00:00.200Z ────────────────────────
 *     $19654 in sales, 40 deals, $491.35 on average
 *     ── by seller · 2026-11-24 09:00:00.200Z ────────────────────
 *     Ada    $8958 in sales, 17 deals, $526.94 on average
 *     Linus  $6692 in sales, 12 deals, $557.67 on average
 *     Grace  $2228 in sales, 8 deals, $278.50 on average
 *     Ken    $1776 in sales, 3 deals, $592.00 on average
 *     ── total · 2026-11-24 09:00:00.400Z ────────────────────────
 *     $29485 in sales, 60 deals, $491.42 on average
 *     ── by seller · 2026-11-24 09:00:00.400Z ────────────────────
 *     Ada    $13436 in sales, 25 deals, $537.44 on average
 *     Linus  $7420 in sales, 15 deals, $494.67 on average
 *     Grace  $5152 in sales, 12 deals, $429.33 on average
 *     Ken    $3477 in sales, 8 deals, $434.63 on average
 */
import { generate, job } from "millrace"

const SELLERS = ["Ada", "Grace", "Linus", "Ken"]

interface Figures {
  sales: number
  deals: number
}

const add = (a: Figures, b: Figures): Figures => ({ sales: a.sales + b.sales, deals: a.deals + b.deals })
const shown = ({ sales, deals }: Figures): string =>
  `$${sales} in sales, ${deals} deals, $${(sales / deals).toFixed(2)} on average`

export default job({ name: "sales-dashboard" }, ({ readStream }) => {
  const sales = readStream(
    generate({ rate: 100, seed: 1, count: 60 }, (_, random) => ({
      seller: SELLERS[Math.floor(random() ** 1.5 * SELLERS.length)]!,
      amount: 100 + Math.floor(random() * 900),
    })),
    "200ms",
  )
  const bySeller = sales.map(({ seller, amount }) => [seller, { sales: amount, deals: 1 }]).runningReduce(add)

  bySeller.values().reduce(add).map(shown).print({ name: "total" })
  bySeller
    .topK(SELLERS.length, ([, { sales }]) => sales)
    .mapValues(shown)
    .print({ name: "by seller" })
})
