import { Command, InvalidArgumentError } from 'commander'
import { addApiOptions, findNodeApi } from '../api/index.ts'
import { addConfigOptions } from '../config-options.ts'
import { examineOwnEdge } from '../doctor/own-edge.ts'
import { ExaminationProgress } from '../doctor/progress.ts'
import { examineRunningNode } from '../doctor/running-node.ts'
import { exitCodeOf, jsonReport, textReport } from '../doctor/report.ts'
import { untilSignalled } from '../until-signalled.ts'
import { printJson, printLines } from '../admin/output.ts'
import type { Diagnosis } from '@waystone/wire/admin'
import type { ApiOptions } from '../api/index.ts'
import type { Examination } from '../doctor/progress.ts'

interface DoctorOptions extends ApiOptions {
  json?: boolean
  /** Seconds. */
  timeout?: number
}

const EXIT_CODES = `
Exit codes: 0 healthy, 5 degraded (works, with something to see to),
6 broken (does not do what it is for); others as for every command.`

/** `waystone doctor`: what keeps the node from being reached. */
export function doctorCommand(): Command {
  const command = addApiOptions(addConfigOptions(new Command('doctor')))
    .option('--json', 'the whole report as one JSON object')
    .option('--timeout <seconds>', 'for each check (default: 10, at most 60)', parseSeconds)
    .addHelpText('after', EXIT_CODES)
  return command.action(doctor)
}

async function doctor(options: DoctorOptions): Promise<void> {
  using signalled = untilSignalled()
  using progress = new ExaminationProgress(options.json === true)
  const { signal } = signalled
  const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1_000
  const diagnosis = await examine(options, { progress, signal, timeoutMs })
  progress.clear()
  if (options.json === true) printJson(jsonReport(diagnosis))
  else printLines(textReport(diagnosis, process.env))
  process.exitCode = exitCodeOf(diagnosis)
}

async function examine(options: DoctorOptions, examination: Examination): Promise<Diagnosis> {
  const api = await findNodeApi(options)
  if (api !== undefined) return await examineRunningNode(api, examination)
  return await examineOwnEdge(options, examination)
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 60)) throw new InvalidArgumentError('must be a number of seconds up to 60')
  return seconds
}
