import { enableCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

/**
 * Settings of a process that runs nodes. Call it first and import the rest
 * after it, so that the compile cache serves all of that.
 *
 * The young generation keeps its first size of 1 MiB: scavenges then come often
 * enough to free the buffers that streams leave behind. With a larger one they
 * are freed by full collections, which V8 starts after every 64 MiB of memory
 * outside its heap: sending 1 GiB took 5.4 s of CPU instead of 1.9 s.
 */
export function prepareProcess(): void {
  enableCompileCache()
  setFlagsFromString('--semi-space-growth-factor=1')
}
