// `SchemaBind`: what can run DDL; engines and connections are.
import type { DdlPlan } from './ddl/plan.ts'

/** How a plan is run. */
export interface RunDdlOptions {
  /** Ask first which tables and types exist: those are not created again, and only those are dropped. `types` asks for types alone. */
  readonly checkFirst: boolean | 'types'
  readonly signal?: AbortSignal
}

/** Runs plans of DDL. */
export interface SchemaBind {
  /** Runs a plan: asks in one flight which tables exist where that is to be checked, then runs the plan's commands. */
  runDdl(plan: DdlPlan, options: RunDdlOptions): Promise<void>
}
