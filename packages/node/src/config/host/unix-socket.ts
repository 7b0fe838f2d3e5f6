import { lstat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import type { Config } from '../schema.ts'
import { checkFolder } from './folders.ts'
import type { CheckResult } from './result.ts'

/** `sun_path` of Linux has 108 bytes and of macOS 104, each with the zero at the end. */
const MAX_PATH_BYTES = process.platform === 'darwin' ? 103 : 107

/** Whether a unix socket can be made where the admin API is to listen. */
export async function checkAdminSocket({ admin }: Config): Promise<CheckResult[]> {
  if (admin.socket === undefined) return []
  const name = 'admin socket'
  const refusal = refuseLong(admin.socket) ?? (await refuseOther(admin.socket))
  if (refusal !== undefined) return [{ name, status: 'fail', ...refusal }]
  const { status, message, hint } = await checkFolder(name, dirname(admin.socket))
  return [{ name, status, message: status === 'ok' ? admin.socket : message, ...(hint !== undefined && { hint }) }]
}

type Refusal = Pick<CheckResult, 'message' | 'hint'>

function refuseLong(path: string): Refusal | undefined {
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return undefined
  return { message: `${path} is longer than ${MAX_PATH_BYTES} bytes`, hint: 'choose a shorter path' }
}

async function refuseOther(path: string): Promise<Refusal | undefined> {
  try {
    if ((await lstat(path)).isSocket()) return undefined
    return { message: `${path} is there and is no socket`, hint: 'choose another path, or remove it' }
  } catch (error) {
    const code = codeOf(error) ?? messageOf(error)
    return code === 'ENOENT' ? undefined : { message: `${path} cannot be used (${code})`, hint: 'check its folder' }
  }
}
