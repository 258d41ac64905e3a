/** `npm run docs:performance`: writes the figures of bench/baseline.json into docs/performance.md. */
import fs from "node:fs"
import { withFigures } from "./report/docs.ts"
import { BASELINE, readRecord } from "./report/record.ts"

const page = new URL("../docs/performance.md", import.meta.url)
fs.writeFileSync(page, withFigures(fs.readFileSync(page, "utf8"), readRecord(BASELINE)))
