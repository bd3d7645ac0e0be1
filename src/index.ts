// The face of the package: everything but the ORM and what is one database's own; names are listed, none by star.

// `await using`, for programs whose target is older than it.
/// <reference lib="esnext.disposable" preserve="true" />

// These do something when they are loaded: they fill the sockets that lower floors leave open.
import './dialect/stringify.ts'
import './expression/comparator/default.ts'

// ---- errors ------------------------------------------------------------------------------------------------------
export {
  AdminShutdown,
  CannotConnectNow,
  CheckViolation,
  DeadlockDetected,
  DivisionByZero,
  DuplicateColumn,
  DuplicateObject,
  DuplicateTable,
  ExclusionViolation,
  ForeignKeyViolation,
  InFailedTransaction,
  InsufficientPrivilege,
  InvalidCachedStatement,
  InvalidCatalogName,
  InvalidPassword,
  InvalidTextRepresentation,
  LockNotAvailable,
  NotNullViolation,
  NumericOutOfRange,
  QueryCanceled,
  RaiseException,
  ReadOnlyTransaction,
  RestrictViolation,
  SerializationFailure,
  SqlSyntaxError,
  StatementTimeout,
  StringTooLong,
  TooManyConnections,
  UndefinedColumn,
  UndefinedFunction,
  UndefinedTable,
  UniqueViolation,
} from './database-errors.ts'
// ---- engine ------------------------------------------------------------------------------------------------------
export {
  type CompilesOptions,
  CustomElement,
  compiles,
  type ElementCompiler,
  type ElementRenderer,
} from './dialect/compile/custom.ts'
export type { DriverNotice } from './dialect/contract/driver.ts'
export type { Environment, Password, PasswordRequest } from './dialect/contract/settings.ts'
export type { ValueCodec } from './dialect/contract/value-codec.ts'
export { type DialectOptions, type DialectRegistration, registerDialect } from './dialect/registry.ts'
export { makeURL, URL, type URLHost, type URLParts, type URLQuery } from './dialect/url.ts'
export type {
  CheckoutMessage,
  ConnectMessage,
  EngineIdentity,
  ExecutionMessage,
  ExecutionTimings,
  FlightMessage,
  SentStatement,
} from './engine/channels.ts'
export { Connection, type ConnectionMoments, type InvalidateOptions, type ResultsOf } from './engine/connection.ts'
export type { CopyFromOptions, CopyOptions, CopyRow, Source } from './engine/copy-from.ts'
export { createEngine } from './engine/create.ts'
export { type CompiledStatement, Engine, type EngineEvents, type EngineStatistics } from './engine/engine.ts'
export { EnginePool } from './engine/engine-pool.ts'
export type {
  AfterCursorExecuteEvent,
  AfterExecuteEvent,
  AfterStreamEvent,
  BeforeExecuteEvent,
  ConnectionEvent,
  CursorExecuteEvent,
  CursorReplacement,
  DoConnectEvent,
  EngineMoments,
  ExceptionContext,
  ExecuteReplacement,
  NoticeEvent,
  OptionsEvent,
  SavepointEvent,
  SlowStatementEvent,
  TwoPhaseEvent,
} from './engine/events.ts'
export { Inspector } from './engine/inspector.ts'
export type { AskOptions, MultiOptions, SchemaOption, SortedTableNames } from './engine/inspector-options.ts'
export { type ListenEvent, Listener, type ListenGap, type ListenOptions, type Notification } from './engine/listen.ts'
export { createMockEngine, MockEngine, type MockExecutor } from './engine/mock-engine.ts'
export type { ObservabilityOptions } from './engine/observability.ts'
export type {
  BeginOptionsOfConnection,
  CommitOptions,
  ConnectionExecutionOptions,
  ConnectionIsolationLevel,
  ConnectOptions,
  EngineOptions,
  ExecuteAllOptions,
  ExecuteOptions,
  PoolClass,
  ServerChoice,
} from './engine/options.ts'
export type { ExecuteParameters, NamedParameters } from './engine/parameters.ts'
export type { EnginePoolOptions } from './engine/pool-options.ts'
export { RawConnection } from './engine/raw-connection.ts'
export {
  type ColumnKey,
  type ColumnsRow,
  type ColumnsTuple,
  type ColumnValue,
  FrozenResult,
  PendingResult,
  Result,
  Row,
  StreamResult,
} from './engine/result/index.ts'
export type { RetryEvent, RetryOptions, RunOptions } from './engine/retry.ts'
export type { SqlTagSource, SqlTags } from './engine/sql-comment.ts'
export type { ReplicaStatus } from './engine/standbys.ts'
export { Transaction, type TransactionState, TwoPhaseTransaction } from './engine/transaction.ts'
export {
  AmbiguousColumnError,
  AmbiguousForeignKeysError,
  ArgumentError,
  CircularDependencyError,
  CommitOutcomeUnknown,
  CompileError,
  DatabaseError,
  DataError,
  DBAPIError,
  type DBAPIErrorOptions,
  DisconnectionError,
  type DisconnectionErrorOptions,
  IdentifierError,
  IllegalStateChangeError,
  IntegrityError,
  InterfaceError,
  InternalError,
  InvalidRequestError,
  MultipleResultsFound,
  NoForeignKeysError,
  NoInspectionAvailable,
  NoReferencedColumnError,
  NoReferencedTableError,
  NoResultFound,
  NoSuchColumnError,
  NoSuchTableError,
  NotSupportedError,
  ObjectNotExecutableError,
  OperationalError,
  PendingRollbackError,
  ProgrammingError,
  ResourceClosedError,
  SQLAlchemyError,
  type SQLAlchemyErrorOptions,
  StatementError,
  type StatementErrorOptions,
  TimeoutError,
  TransactionRolledBack,
  UnsupportedCompilationError,
} from './errors.ts'
export type { EventListener, Unlisten } from './events.ts'
// ---- expressions -------------------------------------------------------------------------------------------------
export { adaptColumns, type Replacement, replace } from './expression/adapt.ts'
export { Element } from './expression/base/element.ts'
export { Executable, type StatementOption } from './expression/base/executable.ts'
export type { ExecutionOptions, StatementExecutionOptions } from './expression/base/execution-options.ts'
export type { BindLike, Pass, Walkable } from './expression/base/pass.ts'
export {
  CLAUSE_ELEMENT,
  type CompilePlugin,
  type HasClauseElement,
  type HasJoinTarget,
  JOIN_TARGET,
  type JoinStep,
  type PreparedStatement,
} from './expression/base/protocol.ts'
export { children, iterate, traverse } from './expression/base/traverse.ts'
export { caseWhen, type When } from './expression/comparator/case-when.ts'
export { and, type Criterion, not, or } from './expression/comparator/conjunction.ts'
export {
  all,
  any,
  asc,
  type BindparamOptions,
  between,
  bindparam,
  cast,
  collate,
  column,
  desc,
  distinct,
  extract,
  literal,
  literalColumn,
  type ManyOf,
  negate,
  nullsFirst,
  nullsLast,
  sqlFalse,
  sqlNull,
  sqlTrue,
  tryCast,
  tuple,
  typeCoerce,
  type ValueIn,
} from './expression/comparator/construct.ts'
// ---- statements --------------------------------------------------------------------------------------------------
export { Delete, deleteFrom } from './expression/dml/delete.ts'
export { type FromSelectOptions, Insert, insert } from './expression/dml/insert.ts'
export { type MatchedAction, Merge, merge, type NotMatchedAction } from './expression/dml/merge.ts'
export { type OrderedValue, Update, update } from './expression/dml/update.ts'
export { Binary } from './expression/element/binary.ts'
export { Bind } from './expression/element/bind.ts'
export { Case } from './expression/element/case.ts'
export { Cast } from './expression/element/cast.ts'
export { ColumnClause } from './expression/element/column.ts'
export {
  type BetweenOptions,
  ColumnElement,
  type CustomOperatorOptions,
  type Expression,
  type LikeOptions,
  type Members,
  NamedElement,
  type Operand,
  type PatternOptions,
  type RegexpOptions,
  type RowsOf,
  type RowsOfTuple,
} from './expression/element/column-element.ts'
export { Extract } from './expression/element/extract.ts'
export { Label } from './expression/element/label.ts'
export { TextClause } from './expression/element/text.ts'
export { Unary } from './expression/element/unary.ts'
export {
  type FrameBound,
  type FrameExclusion,
  type FrameOffset,
  type OneOrMany,
  type OverOptions,
  Windowed,
} from './expression/element/window.ts'
// ---- FROM --------------------------------------------------------------------------------------------------------
export {
  type AddCteOptions,
  type AddedCtes,
  Alias,
  Cte,
  CteAlias,
  type CteOptions,
  type RowSource,
  Subquery,
} from './expression/from/alias.ts'
export {
  type ForeignKeyLink,
  FromClause,
  type FunctionSource,
  Join,
  type JoinOptions,
  type JoinTarget,
} from './expression/from/from-clause.ts'
export { TableClause } from './expression/from/table-clause.ts'
export {
  ColumnValued,
  type RenderDerivedOptions,
  TableSample,
  TableValued,
} from './expression/from/table-valued.ts'
export type {
  Anonymous,
  ColumnDefinition,
  ColumnDefinitions,
  ColumnsOf,
  EntityHandle,
  EntityInstance,
  EntityValues,
  FromArgument,
  InsertOf,
  RowColumns,
  RowOf,
  SourceName,
  TypedEntity,
  TypedFrom,
  TypedTable,
  UpdateOf,
  ValueOrExpression,
} from './expression/from/typed.ts'
export {
  Values,
  type ValuesData,
  type ValuesOptions,
  type ValuesRow,
  type ValuesTypes,
  values,
} from './expression/from/values.ts'
export { func } from './expression/function/func.ts'
export { FunctionCall } from './expression/function/function.ts'
export type { TableValuedOptions } from './expression/function/in-from.ts'
export {
  type FunctionArguments,
  type FunctionRegistration,
  type RegisteredFunction,
  registerFunction,
} from './expression/function/register.ts'
export type { AnyFunction, Functions } from './expression/function/signatures.ts'
export { type TablesampleOptions, tablesample } from './expression/function/tablesample.ts'
export { tableValued } from './expression/function/whole-row.ts'
// ---- schema ------------------------------------------------------------------------------------------------------
export type { RunDdlOptions, SchemaBind } from './expression/schema/bind.ts'
export { SchemaColumn } from './expression/schema/column.ts'
export { Column, type ColumnDef, type ColumnOptions } from './expression/schema/column-definition.ts'
export {
  CheckConstraint,
  type CheckOptions,
  Constraint,
  PrimaryKeyConstraint,
  type PrimaryKeyOptions,
  UniqueConstraint,
  type UniqueOptions,
} from './expression/schema/constraint.ts'
export { DdlElement } from './expression/schema/ddl/element.ts'
export {
  CreateSchema,
  type CreateSchemaOptions,
  CreateSequence,
  DropSchema,
  DropSequence,
} from './expression/schema/ddl/object.ts'
export type { DdlPlan, DdlSpeller } from './expression/schema/ddl/plan.ts'
export {
  AddConstraint,
  type ConcurrentOptions,
  CreateIndex,
  type CreateOptions,
  CreateTable,
  DropConstraint,
  DropIndex,
  type DropOptions,
  DropTable,
  SetColumnComment,
  SetColumnStorage,
  SetConstraintComment,
  SetIndexComment,
  SetTableComment,
} from './expression/schema/ddl/table.ts'
export { DDL, type DdlTextOptions } from './expression/schema/ddl/text.ts'
export { CreateType, DropType, SetTypeComment } from './expression/schema/ddl/type.ts'
export {
  CreateTableAs,
  type CreateTableAsOptions,
  CreateView,
  type CreateViewOptions,
  DropView,
  RefreshMaterializedView,
  type RefreshOptions,
  SetViewComment,
} from './expression/schema/ddl/view.ts'
export type { DdlCondition } from './expression/schema/ddl-condition.ts'
export type {
  DdlCall,
  DdlConnection,
  DdlEvent,
  DdlEventName,
  DdlListener,
  DdlStep,
} from './expression/schema/ddl-events.ts'
export { DefaultContext } from './expression/schema/default.ts'
export { ForeignKeyConstraint } from './expression/schema/foreign-key.ts'
export { ForeignKey, type ForeignKeyOptions } from './expression/schema/foreign-key-option.ts'
export { type DdlOptions, MetaData, type MetaDataOptions, type ReflectOptions } from './expression/schema/metadata.ts'
export type { NameParts, NameRule, NamingConvention } from './expression/schema/naming.ts'
export { type PartitionOptions, partition } from './expression/schema/partition.ts'
export type {
  ReflectedCheckConstraint,
  ReflectedColumn,
  ReflectedDomain,
  ReflectedEnum,
  ReflectedExcludeConstraint,
  ReflectedForeignKey,
  ReflectedIdentity,
  ReflectedIndex,
  ReflectedPrimaryKey,
  ReflectedSequence,
  ReflectedStorage,
  ReflectedUniqueConstraint,
  RelationKind,
  RelationName,
} from './expression/schema/reflected.ts'
export type { ColumnReflectEvent, ReflectingColumn } from './expression/schema/reflector.ts'
export type { SchemaTranslateMap } from './expression/schema/schema-map.ts'
export { Sequence, type SequenceDefinition } from './expression/schema/sequence.ts'
export {
  type ComputedOptions,
  FetchedValue,
  type IdentityOptions,
  type SequenceOptions,
  type ServerDefault,
  type SqlExpression,
} from './expression/schema/server-default.ts'
export type { ColumnCompression, ColumnStorage, StorageParameters } from './expression/schema/storage.ts'
export {
  type AloneOptions,
  type DdlRunner,
  type ReflectTableOptions,
  Table,
  type TableOptions,
  table,
} from './expression/schema/table.ts'
export { Index, type IndexOptions, type IndexPart } from './expression/schema/table-index.ts'
export type { PartitionBounds, PartitionBy, StorageOptions } from './expression/schema/table-option.ts'
export { type ToMetadataOptions, toMetadata } from './expression/schema/to-metadata.ts'
export {
  DerivedTable,
  type MaterializedViewOptions,
  materializedView,
  View,
  type ViewOptions,
  type ViewQuery,
  view,
} from './expression/schema/view.ts'
export type { AffixOptions, AffixText } from './expression/select/affixes.ts'
export {
  type CompoundOperator,
  CompoundSelect,
  type Count,
  except,
  type FetchOptions,
  intersect,
  type OrderBy,
  SelectBase,
  union,
  unionAll,
} from './expression/select/compound.ts'
export { exists } from './expression/select/exists.ts'
export type { ForUpdateOptions } from './expression/select/for-update.ts'
export { Exists, ScalarSelect } from './expression/select/scalar.ts'
export { type ColumnDescription, Select, select } from './expression/select/select.ts'
export type { LabelStyle } from './expression/select/state.ts'
export { ident, sql, TextStatement, text } from './expression/select/text.ts'
export type { Item, RowOfItems, Selectable, TupleOf } from './expression/select/typed.ts'
export type { Chosen } from './expression/select/typed-outer.ts'
// ---- types -------------------------------------------------------------------------------------------------------
export { ARRAY, type ArrayOptions, ArrayType } from './expression/types/array.ts'
export { TypeDecorator, UserDefinedType } from './expression/types/decorator.ts'
export { Enum, type EnumOptions, EnumType, type EnumValue } from './expression/types/enum.ts'
export {
  BIGINT,
  BINARY,
  BLOB,
  BOOLEAN,
  CHAR,
  CLOB,
  DATE,
  DATETIME,
  DECIMAL,
  DOUBLE,
  DOUBLE_PRECISION,
  FLOAT,
  INT,
  INTEGER,
  NCHAR,
  NUMERIC,
  NVARCHAR,
  REAL,
  SMALLINT,
  TEXT,
  TIME,
  TIMESTAMP,
  UUID,
  VARBINARY,
  VARCHAR,
} from './expression/types/exact.ts'
export { JSON, type JsonOptions, JsonType, jsonNull } from './expression/types/json.ts'
export { NullType } from './expression/types/null.ts'
export {
  BigInteger,
  type DecimalClass,
  type DecimalLike,
  Double,
  Float,
  Integer,
  Numeric,
  type NumericOptions,
  SmallInteger,
} from './expression/types/numeric.ts'
export type { AtPath, Containable, Container, PartOf, Subscript, Subscripted } from './expression/types/parts.ts'
export { MultirangeType, Range, type RangeBounds, RangeType } from './expression/types/range.ts'
export { Boolean, LargeBinary, Uuid } from './expression/types/scalar.ts'
export { String, type StringOptions, Text, Unicode, UnicodeText } from './expression/types/string.ts'
export {
  Date,
  DateTime,
  Interval,
  type IntervalOptions,
  type IntervalParts,
  type IntervalValue,
  type PrecisionOption,
  Time,
} from './expression/types/temporal.ts'
export type { TemporalName, TemporalValue } from './expression/types/temporal-value.ts'
export {
  type Affinity,
  type NamedType,
  type NamedTypeParts,
  SqlType,
  type SqlValue,
  type TypeHost,
  type ValueOf,
  type ValueProcessor,
} from './expression/types/type.ts'
export { type Describable, type Inspectable, inspect } from './inspect.ts'
export { consoleSink, formatRecord, type LoggerLike, type LogLevel, type LogRecord, type LogSink } from './log.ts'
export {
  AssertionPool,
  type ConnectionPoolEntry,
  type DisposeOptions,
  NullPool,
  type Pool,
  type PoolEvent,
  type PoolInvalidateEvent,
  type PoolLeakEvent,
  type PoolMetrics,
  type PoolMoments,
  type PoolOptions,
  type PoolResetEvent,
  type PoolStatus,
  QueuePool,
  StaticPool,
} from './pool/index.ts'
