import { setImmediate } from 'node:timers'
import { afterEach, expect, it } from 'vitest'
import { HostilePeer } from './hostile-peer.ts'
import { cleanUp, fileNode, tempFolder } from './nodes.ts'

afterEach(cleanUp)

it('a folder that takes no more files takes none of an attempt that was replacing another', async () => {
  const [sender, receiver] = [await fileNode(), await fileNode()]
  const closed = Promise.withResolvers<void>()
  let asked = 0
  const receiving = await receiver.services.files.receive({
    folder: await tempFolder(),
    // the second attempt has been let in then, and waits for the end of the first one
    allow: () => {
      if (++asked === 2) setImmediate(() => closed.resolve(receiving.close()))
      return true
    }
  })
  const first = await HostilePeer.dial(sender, receiver)
  await first.offer()
  expect(await first.hear()).toMatchObject({ case: 'accept' })
  const second = await HostilePeer.dial(sender, receiver)
  await second.offer()
  expect(await second.hear()).toMatchObject({ case: 'refuse' })
  await closed.promise
})
