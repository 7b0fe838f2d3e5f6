import { expect, it } from 'vitest'
import { EventFeed } from '../src/event-feed.ts'

it('tells the latest progress and everything else, in order', async () => {
  let now = 0
  const feed = new EventFeed<string>(() => now)
  feed.progress('a', 'a 1')
  now = 99
  feed.progress('a', 'too early')
  feed.progress('b', 'b 1')
  now = 100
  feed.progress('a', 'a 2')
  feed.push('done')
  feed.end()
  feed.push('too late')
  const seen: string[] = []
  for await (const event of feed.read()) seen.push(event)
  expect(seen).toEqual(['a 2', 'b 1', 'done'])
})

it('wakes a reader that waits, and ends with the error', async () => {
  const feed = new EventFeed<string>(() => 0)
  const reader = feed.read()
  const first = reader.next()
  feed.push('a')
  expect(await first).toEqual({ done: false, value: 'a' })
  const second = reader.next()
  feed.end(new Error('broken'))
  await expect(second).rejects.toThrow('broken')
})

it('ends instead of filling the memory for a reader that does not read', async () => {
  const feed = new EventFeed<number>(() => 0)
  for (let index = 0; index < 100_000; index++) feed.push(index)
  const seen: number[] = []
  const reading = (async () => {
    for await (const event of feed.read()) seen.push(event)
  })()
  await expect(reading).rejects.toMatchObject({ name: 'FeedOverflowError' })
  expect(seen).toHaveLength(1_024)
})
