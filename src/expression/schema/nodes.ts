// `SchemaNode`: the union of the nodes that know of schemas: DDL commands and sequences.
import type {
  CreateExtension,
  CreateSchema,
  CreateSequence,
  DropExtension,
  DropSchema,
  DropSequence,
} from './ddl/object.ts'
import type {
  AddConstraint,
  CreateIndex,
  CreateTable,
  DropConstraint,
  DropIndex,
  DropTable,
  SetColumnComment,
  SetColumnStorage,
  SetConstraintComment,
  SetIndexComment,
  SetTableComment,
} from './ddl/table.ts'
import type { DDL } from './ddl/text.ts'
import type { CreateType, DropType, SetTypeComment } from './ddl/type.ts'
import type { CreateTableAs, CreateView, DropView, RefreshMaterializedView, SetViewComment } from './ddl/view.ts'
import type { NextValue } from './sequence.ts'

/** Every node of the schema room. */
export type SchemaNode =
  | AddConstraint
  | CreateExtension
  | CreateIndex
  | CreateSchema
  | CreateSequence
  | CreateTable
  | CreateTableAs
  | CreateType
  | CreateView
  | DDL
  | DropConstraint
  | DropExtension
  | DropIndex
  | DropSchema
  | DropSequence
  | DropTable
  | DropType
  | DropView
  | NextValue
  | RefreshMaterializedView
  | SetColumnComment
  | SetColumnStorage
  | SetConstraintComment
  | SetIndexComment
  | SetTableComment
  | SetTypeComment
  | SetViewComment
