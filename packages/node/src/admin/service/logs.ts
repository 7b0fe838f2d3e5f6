import { Code } from '@connectrpc/connect'
import { rpcError } from '@waystone/rpc'
import { isLogLevel, LOG_LEVELS } from '../../logging/levels.ts'
import { LogLevelInvalidError, LogNotOwnError } from './errors.ts'
import type { LogLevel } from '../../logging/levels.ts'
import type { NodeLog } from '../../logging/node-log.ts'
import type { AdminCalls, AdminContext } from './contract.ts'

/** `GetLogLevel`, `SetLogLevel`, `WatchLogs` */
export function logCalls({ log }: AdminContext): AdminCalls {
  return {
    getLogLevel: () => ({ level: own(log).level }),
    setLogLevel: request => {
      const [node, level] = [own(log), levelNamed(request.level)]
      const previous = node.level
      node.level = level
      return { previous }
    },
    async *watchLogs({ level }, { signal }) {
      const node = own(log)
      using watch = node.watch(level === '' ? node.level : levelNamed(level))
      // the caller learns that nothing is missed from here on, and HTTP sends its headers
      yield { line: '' }
      for await (const { item, dropped } of watch.read(signal)) yield { line: item.line, dropped: BigInt(dropped) }
    }
  }
}

function own(log: NodeLog | undefined): NodeLog {
  if (log !== undefined) return log
  const hint = 'a node that runs as a process of its own has a log that can be watched'
  throw rpcError(
    Code.FailedPrecondition,
    new LogNotOwnError('this node writes to the log of another program', { hint })
  )
}

function levelNamed(text: string): LogLevel {
  if (isLogLevel(text)) return text
  const error = new LogLevelInvalidError(`${JSON.stringify(text.slice(0, 40))} is no log level`, {
    hint: `use one of ${LOG_LEVELS.join(', ')}`
  })
  throw rpcError(Code.InvalidArgument, error)
}
