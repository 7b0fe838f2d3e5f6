import { open } from 'node:fs/promises'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import type { CheckResult } from './result.ts'

/** Whether a file can be read by the node and by nobody else. */
export async function checkSecretFile(name: string, path: string, mayBeAbsent: boolean): Promise<CheckResult> {
  try {
    await using file = await open(path)
    const stats = await file.stat()
    if (!stats.isFile()) return { name, status: 'fail', message: `${path} is not a file` }
    if ((stats.mode & 0o077) === 0) return { name, status: 'ok', message: path }
    const mode = (stats.mode & 0o777).toString(8)
    return {
      name,
      status: 'fail',
      message: `${path} can be read or written by others (mode ${mode})`,
      hint: `chmod 600 ${path}`
    }
  } catch (error) {
    const code = codeOf(error) ?? messageOf(error)
    if (code === 'ENOENT' && mayBeAbsent)
      return { name, status: 'ok', message: `${path} will be created at the first start` }
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    return { name, status: 'fail', message: `${path} ${reason}`, hint: 'check the path, and who may read it' }
  }
}
