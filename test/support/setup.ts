// Runs before each test file.

import { beginFile } from './each-file.ts'

await beginFile()
