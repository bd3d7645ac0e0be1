// The face of the OpenTelemetry bridge: `import { instrument } from 'tsalchemy/opentelemetry'`. Needs `@opentelemetry/api`.
export { type InstrumentOptions, instrument } from './instrument.ts'
