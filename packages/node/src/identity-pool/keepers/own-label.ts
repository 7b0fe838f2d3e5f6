import { hostname } from 'node:os'

/** What people see of the holder of a slot; nothing is decided by it. */
export function ownLabel(): string {
  return `${hostname()} pid ${process.pid}`
}
