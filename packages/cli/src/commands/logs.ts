import { Argument, Command, Option } from 'commander'
import { askNode, followNode } from '../admin/ask-node.ts'
import { noteDropped, requireFollow } from '../admin/follow-only.ts'
import { renderLogLine } from '../admin/log-line.ts'
import { printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { ReportOutput } from '../edge/report-output.ts'
import { terminalJson } from '@waystone/kit/terminal-text'
import type { AskOptions } from '../admin/ask-node.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
const FOLLOW_HINT = 'add --follow; what a node wrote before is where its output went, such as the journal'

interface LogsOptions extends AskOptions {
  follow?: boolean
  level?: string
}

/** `waystone logs` and `waystone logs level`. */
export function logsCommand(): Command {
  const command = new Command('logs')
    .option('-f, --follow', 'print what the node logs from now on, until Ctrl-C')
    .addOption(
      new Option('--level <level>', 'from this level on; default: that of the node').choices(LEVELS.slice(0, -1))
    )
    .option('--json', 'as JSON lines, as the node makes them')
  return addNodeOptions(command).action(logs).addCommand(levelCommand())
}

async function logs(options: LogsOptions): Promise<void> {
  requireFollow('log records', options, FOLLOW_HINT)
  await followNode(options, async ({ admin, signal }) => {
    for await (const { line, dropped } of admin.watchLogs({ level: options.level ?? '' }, { signal })) {
      noteDropped(dropped, 'log records')
      // the first message only says that the watch has begun
      if (line !== '') printLines([options.json === true ? terminalJson(line) : renderLogLine(line)])
    }
  })
}

function levelCommand(): Command {
  const command = new Command('level')
    .description('show the level of the running node, or change it until the node stops')
    .addArgument(new Argument('[level]', 'the new level').choices(LEVELS))
    .option('--json', 'as JSON')
  return addNodeOptions(command).action(level)
}

// commander gives an option to the first command that knows it, which is the parent
async function level(wanted: string | undefined, _: unknown, command: Command): Promise<void> {
  const options = command.optsWithGlobals<LogsOptions>()
  await askNode(options, async ({ admin, signal }) => {
    const output = new ReportOutput(options)
    if (wanted === undefined) {
      const { level: current } = await admin.getLogLevel({}, { signal })
      return output.tell({ level: current }, current)
    }
    const { previous } = await admin.setLogLevel({ level: wanted }, { signal })
    output.tell({ level: wanted, previous }, `${wanted} (was ${previous})`)
  })
}
