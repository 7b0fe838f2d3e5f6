import type { Clock } from '@waystone/interface'

/** One thing that `waystone config check` tried on this machine. */
export interface CheckResult {
  /** What was tried: `listen /ip4/0.0.0.0/tcp/4001`, `data folder`. */
  name: string
  /** A note needs no action; a warning should be seen to; a failure keeps the node from running. */
  status: 'ok' | 'note' | 'warn' | 'fail'
  message: string
  /** What a person can do about it. */
  hint?: string
}

export interface CheckHostOptions {
  clock?: Clock
  /** Soft limit of open files; asked from the system when left out. */
  openFiles?: number | 'unlimited'
  signal?: AbortSignal
}
