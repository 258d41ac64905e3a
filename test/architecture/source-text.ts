/** What the architecture rules need to know about one source file. */
import ts from "typescript-6.0"

/** Source files by their path below `src/`, such as "plan/stage.ts". */
export type Tree = ReadonlyMap<string, string>

interface Import {
  /** As written: "../base/clock.ts", "node:fs". */
  readonly specifier: string
  /** Gone after compilation, like `import type`. */
  readonly isTypeOnly: boolean
  /** The names taken, "*" for all of them. */
  readonly names: readonly string[]
}

interface SourceText {
  readonly imports: readonly Import[]
  /** Names of the surroundings that the code uses as values: "setTimeout", "Date.now", "new Date()". */
  readonly globals: ReadonlySet<string>
  /** Nothing but `export … from`. */
  readonly isBarrel: boolean
}

const parsed = new Map<string, SourceText>()

export function parseSource(text: string): SourceText {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const file = ts.createSourceFile("file.ts", text, ts.ScriptTarget.ES2022, true)
  const source = { imports: importsOf(file), globals: globalsOf(file), isBarrel: isBarrel(file) }
  parsed.set(text, source)
  return source
}

function importsOf(file: ts.SourceFile): Import[] {
  const imports: Import[] = []
  visit(file, (node) => {
    const found = importOf(node)
    if (found !== undefined) imports.push(found)
  })
  return imports
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause
    const isTypeOnly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return madeOf(node.moduleSpecifier, isTypeOnly, namesOf(clause?.namedBindings))
  }
  if (ts.isExportDeclaration(node)) return madeOf(node.moduleSpecifier, node.isTypeOnly, namesOf(node.exportClause))
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return madeOf(node.argument.literal, true, ["*"])
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return madeOf(node.arguments[0], false, ["*"])
  }
  return undefined
}

function madeOf(specifier: ts.Node | undefined, isTypeOnly: boolean, names: readonly string[]): Import | undefined {
  return specifier !== undefined && ts.isStringLiteral(specifier)
    ? { specifier: specifier.text, isTypeOnly, names }
    : undefined
}

function namesOf(bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined): string[] {
  if (bindings === undefined || ts.isNamespaceImport(bindings) || ts.isNamespaceExport(bindings)) return ["*"]
  return bindings.elements
    .filter((element) => !element.isTypeOnly)
    .map(({ propertyName, name }) => (propertyName ?? name).text)
}

function globalsOf(file: ts.SourceFile): Set<string> {
  const globals = new Set<string>()
  visit(file, (node) => {
    if (!ts.isIdentifier(node) || !isValue(node)) return
    const { parent } = node
    globals.add(node.text)
    if (ts.isPropertyAccessExpression(parent)) globals.add(`${node.text}.${parent.name.text}`)
    if (ts.isNewExpression(parent)) globals.add(`new ${node.text}(${(parent.arguments ?? []).length === 0 ? "" : "…"})`)
    if (ts.isCallExpression(parent) && parent.expression === node) globals.add(`${node.text}()`)
  })
  return globals
}

/** Whether an identifier reads a variable, rather than naming a member, a declaration or a type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node || isGlobalThis(parent.expression)
  if (ts.isShorthandPropertyAssignment(parent)) return true
  if (ts.isTypeQueryNode(parent) || ts.isQualifiedName(parent) || ts.isPartOfTypeNode(node)) return false
  return !("name" in parent && parent.name === node) && !("propertyName" in parent && parent.propertyName === node)
}

function isGlobalThis(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === "globalThis"
}

function isBarrel(file: ts.SourceFile): boolean {
  return file.statements.length > 0 && file.statements.every((s) => ts.isExportDeclaration(s) && s.moduleSpecifier)
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  ts.forEachChild(node, (child) => visit(child, see))
}
