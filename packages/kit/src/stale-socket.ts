import { once } from 'node:events'
import { lstat, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { codeOf, messageOf } from './error-fields.ts'

/**
 * Removes the unix socket that a killed process left at this path; nothing
 * else is removed.
 *
 * @returns why something was left there; undefined when the path is free
 */
export async function removeStaleSocket(path: string): Promise<string | undefined> {
  const inUse = await whyInUse(path)
  if (inUse === undefined) await rm(path, { force: true })
  return inUse
}

async function whyInUse(path: string): Promise<string | undefined> {
  const stats = await lstat(path).catch(orGone)
  if (stats === undefined) return undefined
  return stats.isSocket() ? await whoAnswers(path) : `${path} is there already and no socket`
}

/** Another process may have removed it meanwhile. */
function orGone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}

async function whoAnswers(path: string): Promise<string | undefined> {
  const socket = connect({ path })
  try {
    await once(socket, 'connect')
    return `another process listens on ${path}`
  } catch (error) {
    if (codeOf(error) === 'ECONNREFUSED' || codeOf(error) === 'ENOENT') return undefined
    return `cannot tell who listens on ${path}: ${messageOf(error)}`
  } finally {
    socket.destroy()
  }
}
