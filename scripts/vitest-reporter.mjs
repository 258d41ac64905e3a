/**
 * A vitest reporter that writes what the totals need to the file named by MILLRACE_REPORT.
 * The built-in JSON reporter leaves out why a test was skipped, and a skip without its reason tells nobody anything.
 */
import fs from "node:fs"

/**
 * @typedef {object} Report
 * @property {number} passed
 * @property {string[]} failed names of tests that ran and failed
 * @property {string[]} broken what failed outside of any test: a file that does not load, a hook, an unhandled error
 * @property {string[]} skipped names of tests, each with its reason
 */
export default class TotalsReporter {
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Report} */
    const report = { passed: 0, failed: [], broken: [], skipped: [] }
    for (const module of modules) addModule(report, module)
    for (const error of unhandledErrors) report.broken.push(`unhandled: ${error.message}`)
    fs.writeFileSync(process.env.MILLRACE_REPORT, JSON.stringify(report, undefined, 2))
  }
}

function addModule(report, module) {
  const file = module.relativeModuleId
  for (const part of [module, ...module.children.allSuites()]) {
    for (const error of part.errors()) report.broken.push(`${file}: ${error.message}`)
  }
  for (const test of module.children.allTests()) {
    const name = `${file} > ${test.fullName}`
    const { state, note } = test.result()
    if (state === "passed") report.passed += 1
    if (state === "failed") report.failed.push(name)
    if (state === "skipped") report.skipped.push(`${name} (${note ?? "no reason given"})`)
  }
}
