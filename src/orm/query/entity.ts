// Which class an element of a statement stands for.
import { InvalidRequestError } from '../../errors.ts'
import type { EntityElement } from '../../expression/select/entity.ts'
import type { MapperLike } from '../contract/orm.ts'
import { EntityClause } from './entity-clause.ts'

/**
 * The mapper behind an element.
 *
 * @throws InvalidRequestError the element was made by something else.
 */
export function mapperOfEntity(element: EntityElement): MapperLike {
  if (element instanceof EntityClause) return element.mapper
  throw new InvalidRequestError(
    `${element.entityName} stands for a class of another copy of this package: import 'tsalchemy/orm' from one place only`,
  )
}
