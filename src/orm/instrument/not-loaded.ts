// The error of reading what is not there: which attribute, why, and what to write instead.
import type { SQLAlchemyError } from '../../errors.ts'
import type { AttributeLike, StateLike } from '../contract/orm.ts'
import { DetachedInstanceError, NotLoadedError, ObjectDeletedError } from '../errors.ts'

/** The error of reading an attribute of an object with a row that was not loaded, or was expired. */
export function notLoaded(state: StateLike, attribute: AttributeLike): SQLAlchemyError {
  const { className } = state.mapper
  const name = `${className}.${attribute.key}`
  const object = `${className.charAt(0).toLowerCase()}${className.slice(1)}`
  const handle = object.charAt(0)
  if (state.lifecycle === 'deleted')
    return new ObjectDeletedError(`${name} is not loaded, and the row of the object was deleted`)
  const withQuery =
    attribute.kind === 'relationship' ? ` by select(...).options(selectinload(${handle}.${attribute.key}))` : ''
  if (state.session === null)
    return new DetachedInstanceError(
      `${name} is not loaded, and the object belongs to no session any more: load it before${withQuery}, or bring the object back by session.add(${object})`,
    )
  if (attribute.kind === 'relationship')
    return new NotLoadedError(
      `${name} is not loaded, and reading never queries the database: load it with the objects${withQuery}, or on request by await ${object}.awaitable.${attribute.key}`,
    )
  return new NotLoadedError(
    `${name} is not loaded (expired, or left out by the query), and reading never queries the database: write await session.refresh(${object}), or await ${object}.awaitable.${attribute.key}`,
  )
}
