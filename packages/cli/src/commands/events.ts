import { Command } from 'commander'
import { followNode } from '../admin/ask-node.ts'
import { describeEvent, eventObject } from '../admin/event-line.ts'
import { noteDropped, requireFollow } from '../admin/follow-only.ts'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import type { AskOptions } from '../admin/ask-node.ts'

interface EventsOptions extends AskOptions {
  follow?: boolean
  kind?: string[]
}

/** `waystone events`: what happens on the node. */
export function eventsCommand(): Command {
  const command = new Command('events')
    .option('-f, --follow', 'print what happens from now on, until Ctrl-C')
    .option('--kind <kind...>', 'only those whose kind begins so, such as peer: or plugin:hello')
    .option('--json', 'as JSON lines')
  return addNodeOptions(command).action(events)
}

async function events(options: EventsOptions): Promise<void> {
  requireFollow('events', options, 'add --follow')
  await followNode(options, async ({ admin, signal }) => {
    for await (const event of admin.watchEvents({ kinds: options.kind ?? [] }, { signal })) {
      noteDropped(event.dropped, 'events')
      if (options.json === true) printJson(eventObject(event))
      else printLines([describeEvent(event)])
    }
  })
}
