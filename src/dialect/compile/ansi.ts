// The standard's table of renderers, put together; databases override what they spell otherwise.
import { renderCteDefinition } from './cte.ts'
import { ddl, renderColumnDefinition } from './ddl.ts'
import { expressions } from './expression.ts'
import { froms } from './from.ts'
import { functions, specialFunctions } from './function.ts'
import { renderInsert } from './insert.ts'
import { renderMerge } from './merge.ts'
import { operators, renderBinary, renderUnary } from './operator.ts'
import type { Renderers } from './renderers.ts'
import {
  renderCompound,
  renderFetch,
  renderForUpdate,
  renderLabelReference,
  renderLimit,
  renderSelect,
} from './select.ts'
import { renderDelete, renderUpdate } from './update.ts'

/** How the standard spells every node. */
export const ansi: Renderers = {
  ...expressions,
  ...functions,
  ...froms,
  ...ddl,
  binary: renderBinary,
  unary: renderUnary,
  select: renderSelect,
  compound: renderCompound,
  labelReference: renderLabelReference,
  insert: renderInsert,
  update: renderUpdate,
  delete: renderDelete,
  merge: renderMerge,
  operators,
  functions: specialFunctions,
  limit: renderLimit,
  fetch: renderFetch,
  fromHint: (text) => text,
  orderTerm: (text) => text,
  bareReturning: () => false,
  deleteUsing: (froms) => ` USING ${froms}`,
  compoundPart: (text) => `(${text})`,
  defaultValue: () => 'DEFAULT',
  assigned: (value) => value,
  referredTable: (table, out) => out.tableName(table),
  forUpdate: renderForUpdate,
  cteDefinition: renderCteDefinition,
  columnDefinition: renderColumnDefinition,
  unnamedForeignKey: () => null,
}
