// A consumer's program on SQLite who has not installed its library.

import { createEngine } from 'tsalchemy'

for (const url of ['sqlite+better-sqlite3://', 'sqlite://']) {
  const engine = createEngine(url)
  try {
    console.log(await engine.execute('SELECT $1 + 1', [1]).scalar())
  } catch (error) {
    // The reason in parentheses is Node's own and differs from version to version.
    const { name, message } = /** @type {Error} */ (error)
    console.log(`${name}: ${message.split(' (')[0]}`)
  }
  await engine.dispose()
}
