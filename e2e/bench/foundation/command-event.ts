import { poll } from '@waystone/kit/testing'
import type { RunningCommand } from '../../harness/command.ts'

/** 1 GiB on a slow disk takes this long; nothing else comes near. */
const EVENT_MS = 120_000

/** Waits for a JSON line on a command's standard output; rejects when the command ends without it. */
export async function untilEvent<Event>(command: RunningCommand, name: string): Promise<Event> {
  let ended: string | undefined
  void command.result.then(({ code, stderr }) => (ended = `ended with ${code}: ${stderr}`))
  const find = (): Event | undefined => {
    const lines = command.output().stdout.split('\n')
    const line = lines.find(text => text.includes(`"event":"${name}"`))
    if (line !== undefined) return JSON.parse(line) as Event
    if (ended !== undefined) throw new Error(`no event ${name}: ${ended}`)
    return undefined
  }
  return await poll(find, { what: `event ${name}`, ms: EVENT_MS })
}
