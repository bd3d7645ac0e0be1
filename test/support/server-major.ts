// Which PostgreSQL a test speaks with: what an older one does not know is to be refused with a hint that says so.
import pg from 'pg'

/** The major version of the server at a URL: 17. */
export async function serverMajor(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num')
    return Math.floor(Number(rows[0]?.server_version_num) / 10_000)
  } finally {
    await client.end()
  }
}
