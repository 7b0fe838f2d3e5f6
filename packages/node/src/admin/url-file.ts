import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const NAME = 'admin.url'

/** Where a node writes the address of its admin server while it runs. */
export function adminUrlPath(dataDir: string): string {
  return join(dataDir, NAME)
}

/** Writes the address so that a reader sees all of it or none. */
export async function writeAdminUrl(dataDir: string, url: string): Promise<void> {
  const path = adminUrlPath(dataDir)
  const draft = `${path}.${process.pid}`
  await rm(draft, { force: true })
  // a link that somebody put in our place is not followed
  await writeFile(draft, `${url}\n`, { flag: 'wx' })
  await rename(draft, path)
}

/** Also removes what a crash left behind. */
export async function removeAdminUrl(dataDir: string): Promise<void> {
  await rm(adminUrlPath(dataDir), { force: true })
}
