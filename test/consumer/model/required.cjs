// A consumer's program in CommonJS.

const { createEngine } = require('tsalchemy')
const { Session } = require('tsalchemy/orm')
const { insert } = require('tsalchemy/postgresql')

const engine = createEngine('pglite://')
engine
  .execute('SELECT 1 + 1')
  .scalar()
  .then(async (two) => {
    console.log(two, typeof Session, typeof insert)
    await engine.dispose()
  })
