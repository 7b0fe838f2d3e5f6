import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scratchFolder } from '../identity/scratch-folder.ts'

export { scratchFolder }

/** Writes files into a new folder that is gone after the test; returns the folder. */
export async function writeFiles(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await scratchFolder()
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}
