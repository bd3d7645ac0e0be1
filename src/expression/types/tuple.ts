// The type of a row value.
import { CompileError } from '../../errors.ts'
import { type Affinity, SqlType, type TypeHost, type ValueProcessor } from './type.ts'

/** `(a, b)`: the members' types in order. */
export class TupleType extends SqlType<unknown[]> {
  readonly kind: string = 'tuple'
  readonly affinity: Affinity = 'tuple'
  readonly types: readonly SqlType[]
  constructor(types: readonly SqlType[]) {
    super()
    this.types = types
  }
  override shape(): readonly SqlType[] {
    return this.types
  }
  /** @throws CompileError always: no value of a row is a row. */
  override resultProcessor(_host: TypeHost): ValueProcessor | null {
    throw new CompileError('A tuple cannot be a column of the result: select its members')
  }
  override bindProcessor(host: TypeHost): ValueProcessor | null {
    return eachOf(this.types.map((type) => type.bindProcessor(host)))
  }
  override literalProcessor(host: TypeHost): ValueProcessor | null {
    return eachOf(this.types.map((type) => type.literalProcessor(host)))
  }
}

function eachOf(processes: readonly (ValueProcessor | null)[]): ValueProcessor | null {
  if (processes.every((process) => process === null)) return null
  return (tuple) =>
    processes.map((process, index) => {
      const value = (tuple as readonly unknown[])[index]
      return process === null ? value : process(value)
    })
}
