// What each test file gets of its own, although files share the modules of the process they run in.

const makers: (() => Promise<void>)[] = []

/** Calls `make` now, for the file that imports it first, and again before each later one; it may hang itself on `afterAll`. */
export function forEachFile(make: () => Promise<void>): Promise<void> {
  makers.push(make)
  return make()
}

/** Makes everything anew that files before have asked for. */
export async function beginFile(): Promise<void> {
  for (const make of makers) await make()
}
