// `SchemaNode`: the union of the nodes that know of schemas: DDL commands and sequences.
import type { CreateSchema, CreateSequence, DropSchema, DropSequence } from './ddl/object.ts'
import type {
  AddConstraint,
  CreateIndex,
  CreateTable,
  DropConstraint,
  DropIndex,
  DropTable,
  SetColumnComment,
  SetConstraintComment,
  SetTableComment,
} from './ddl/table.ts'
import type { CreateType, DropType } from './ddl/type.ts'
import type { NextValue } from './sequence.ts'

/** Every node of the schema room. */
export type SchemaNode =
  | AddConstraint
  | CreateIndex
  | CreateSchema
  | CreateSequence
  | CreateTable
  | CreateType
  | DropConstraint
  | DropIndex
  | DropSchema
  | DropSequence
  | DropTable
  | DropType
  | NextValue
  | SetColumnComment
  | SetConstraintComment
  | SetTableComment
