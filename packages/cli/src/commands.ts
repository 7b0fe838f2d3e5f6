import type { Command } from 'commander'

/** A command of `waystone`; its code is loaded only when it is used. */
export interface CommandEntry {
  name: string
  /** One line for the help text. */
  summary: string
  /** @param loadProgram - makes the whole command line, for what needs to know all of it */
  load(loadProgram: () => Promise<Command>): Promise<Command>
}

/** Every command, in the order the help text shows them. */
export const commands: CommandEntry[] = [
  {
    name: 'up',
    summary: 'run a whole network on this machine',
    load: async () => (await import('./commands/up.ts')).upCommand()
  },
  {
    name: 'send',
    summary: 'send a file to a peer',
    load: async () => (await import('./commands/send.ts')).sendCommand()
  },
  {
    name: 'receive',
    summary: 'receive files from peers',
    load: async () => (await import('./commands/receive.ts')).receiveCommand()
  },
  {
    name: 'fetch',
    summary: 'get a file by its CID',
    load: async () => (await import('./commands/fetch.ts')).fetchCommand()
  },
  {
    name: 'add',
    summary: 'offer a small file under its CID',
    load: async () => (await import('./commands/add.ts')).addCommand()
  },
  {
    name: 'ping',
    summary: 'measure round trips to a peer',
    load: async () => (await import('./commands/ping.ts')).pingCommand()
  },
  {
    name: 'call',
    summary: 'call an RPC of a peer, in JSON',
    load: async () => (await import('./commands/call.ts')).callCommand()
  },
  {
    name: 'expose',
    summary: 'let peers reach a TCP service of this machine',
    load: async () => (await import('./commands/expose.ts')).exposeCommand()
  },
  {
    name: 'forward',
    summary: 'reach a TCP service that a peer exposes',
    load: async () => (await import('./commands/forward.ts')).forwardCommand()
  },
  {
    name: 'tunnels',
    summary: 'list what the running node exposes and forwards',
    load: async () => (await import('./commands/tunnels.ts')).tunnelsCommand()
  },
  {
    name: 'doctor',
    summary: 'find out what keeps a node from being reached',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand()
  },
  {
    name: 'status',
    summary: 'show who the running node is and how it does',
    load: async () => (await import('./commands/status.ts')).statusCommand()
  },
  {
    name: 'peers',
    summary: 'list the peers of the running node',
    load: async () => (await import('./commands/peers.ts')).peersCommand()
  },
  {
    name: 'connections',
    summary: 'list the connections of the running node',
    load: async () => (await import('./commands/connections.ts')).connectionsCommand()
  },
  {
    name: 'connect',
    summary: 'make the running node connect to a peer',
    load: async () => (await import('./commands/connect.ts')).connectCommand()
  },
  {
    name: 'disconnect',
    summary: 'close the connections of the running node to a peer',
    load: async () => (await import('./commands/disconnect.ts')).disconnectCommand()
  },
  {
    name: 'top',
    summary: 'watch the peers, circuits and rates of the running node',
    load: async () => (await import('./commands/top.ts')).topCommand()
  },
  {
    name: 'logs',
    summary: 'follow the log of the running node, or change its level',
    load: async () => (await import('./commands/logs.ts')).logsCommand()
  },
  {
    name: 'events',
    summary: 'follow what happens on the running node',
    load: async () => (await import('./commands/events.ts')).eventsCommand()
  },
  {
    name: 'stop',
    summary: 'stop the running node',
    load: async () => (await import('./commands/stop.ts')).stopCommand()
  },
  {
    name: 'trust',
    summary: 'say who may use the running node, and for what',
    load: async () => (await import('./commands/trust.ts')).trustCommand()
  },
  {
    name: 'cluster',
    summary: 'make a cluster of seeds, and see how it does',
    load: async () => (await import('./commands/cluster.ts')).clusterCommand()
  },
  {
    name: 'seeds',
    summary: 'show and check the seeds of the running node',
    load: async () => (await import('./commands/seeds.ts')).seedsCommand()
  },
  {
    name: 'registry',
    summary: 'ask the registry of the network who is there and can do what',
    load: async () => (await import('./commands/registry.ts')).registryCommand()
  },
  {
    name: 'plugin',
    summary: 'begin a plugin: protocols of your own in any node',
    load: async () => (await import('./commands/plugin.ts')).pluginCommand()
  },
  {
    name: 'config',
    summary: 'check, print and explain the configuration of a node',
    load: async () => (await import('./commands/config.ts')).configCommand()
  },
  {
    name: 'identity',
    summary: 'make, show, recover and export the key of a node',
    load: async () => (await import('./commands/identity.ts')).identityCommand()
  },
  {
    name: 'completion',
    summary: 'print a script that completes commands in bash, zsh or fish',
    load: async loadProgram => (await import('./commands/completion.ts')).completionCommand(loadProgram)
  },
  { name: 'seed', summary: 'run a seed', load: async () => (await import('./commands/seed.ts')).seedCommand() },
  { name: 'relay', summary: 'run a relay', load: async () => (await import('./commands/relay.ts')).relayCommand() },
  { name: 'edge', summary: 'run an edge', load: async () => (await import('./commands/edge.ts')).edgeCommand() }
]
