// Which page of an INSERT of many rows a command is, for the log.

const labels: WeakMap<object, string> = new WeakMap()

/** Remembers which page the parameters are. */
export function labelPage(parameters: readonly unknown[], page: number, pages: number, ordered: boolean): void {
  labels.set(parameters, `${page}/${pages} (${ordered ? 'ordered' : 'unordered'})`)
}

/** `1/3 (unordered)`; undefined for anything but a page. */
export function pageLabel(parameters: readonly unknown[]): string | undefined {
  return labels.get(parameters)
}
