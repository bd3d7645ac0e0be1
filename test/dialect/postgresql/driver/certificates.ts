// A certificate for `localhost` and who signed it, for servers that this process plays itself.
import { readFileSync } from 'node:fs'

const read = (name: string): string =>
  readFileSync(new URL(`../../../support/certificates/${name}`, import.meta.url), 'utf8')

/** The authority that signed {@link certificate}. */
export const authority: string = read('authority.crt')
/** For the name `localhost`, and not for its address. */
export const certificate: string = read('server.crt')
export const privateKey: string = read('server.key')
