// Renderers of views and of CREATE TABLE AS.
import type { Executable } from '../../expression/base/executable.ts'
import type { CreateTableAs, CreateView, RefreshMaterializedView } from '../../expression/schema/ddl/view.ts'
import type { SchemaNode } from '../../expression/schema/nodes.ts'
import type { View } from '../../expression/schema/view.ts'
import { commentText, hasParameters, storageParameters } from './ddl-expression.ts'
import { dropOptions } from './ddl-object.ts'
import type { NodeRenderers } from './renderers.ts'
import { Render } from './state.ts'

/** A statement within DDL: values written out, WITH in front of it rather than of the command. */
function queryText(query: Executable, out: Render): string {
  const inner = new Render(out.spelling, out.renderers, { literalBinds: true, schemas: out.schemas })
  const text = inner.node(query.plugin?.prepare(query).statement ?? query)
  return inner.withClause() + text
}

function wordOf(view: View): string {
  return view.isMaterialized ? 'MATERIALIZED VIEW' : 'VIEW'
}

function renderCreateView({ view, ifNotExists, orReplace }: CreateView, out: Render): string {
  const { temporary, with: parameters, using, tablespace, withData, checkOption } = view.options
  let text = `CREATE ${orReplace ? 'OR REPLACE ' : ''}${temporary === true ? 'TEMPORARY ' : ''}${wordOf(view)} `
  text += `${ifNotExists ? 'IF NOT EXISTS ' : ''}${out.tableName(view)}`
  if (using !== undefined) text += ` USING ${using}`
  if (hasParameters(parameters)) text += ` WITH ${storageParameters(parameters, out)}`
  if (tablespace !== undefined) text += ` TABLESPACE ${out.quoted(tablespace)}`
  text += ` AS ${queryText(view.query, out)}`
  if (withData === false) text += ' WITH NO DATA'
  return checkOption === undefined ? text : `${text} WITH ${checkOption} CHECK OPTION`
}

function renderRefresh({ view, concurrently, withData }: RefreshMaterializedView, out: Render): string {
  const name = `${concurrently ? 'CONCURRENTLY ' : ''}${out.tableName(view)}`
  return `REFRESH MATERIALIZED VIEW ${name}${withData ? '' : ' WITH NO DATA'}`
}

function renderCreateTableAs({ table, options }: CreateTableAs, out: Render): string {
  const kind = options.temporary === true ? 'TEMPORARY ' : options.unlogged === true ? 'UNLOGGED ' : ''
  let text = `CREATE ${kind}TABLE `
  text += `${options.ifNotExists === true ? 'IF NOT EXISTS ' : ''}${out.tableName(table)}`
  if (options.using !== undefined) text += ` USING ${options.using}`
  if (hasParameters(options.with)) text += ` WITH ${storageParameters(options.with, out)}`
  if (options.onCommit !== undefined) text += ` ON COMMIT ${options.onCommit}`
  if (options.tablespace !== undefined) text += ` TABLESPACE ${out.quoted(options.tablespace)}`
  return `${text} AS ${queryText(table.query, out)}${options.withData === false ? ' WITH NO DATA' : ''}`
}

type ViewKind = 'createTableAs' | 'createView' | 'dropView' | 'refreshView' | 'setViewComment'

/** As the standard has them, or those who have them at all. */
export const views: Pick<NodeRenderers<SchemaNode>, ViewKind> = {
  createTableAs: renderCreateTableAs,
  createView: renderCreateView,
  dropView: (node, out) => `DROP ${wordOf(node.view)} ${dropOptions(node, out.tableName(node.view))}`,
  refreshView: renderRefresh,
  setViewComment: ({ view, comment }, out) =>
    `COMMENT ON ${wordOf(view)} ${out.tableName(view)} IS ${commentText(comment, out)}`,
}
