/**
 * Calls back when the process that started this one is gone, however it ended:
 * the system then closes the IPC channel between the two. Without a channel
 * there is no parent to live with, and the call comes at once.
 */
export function onParentGone(callback: () => void): void {
  if (process.connected) process.once('disconnect', callback)
  else callback()
}
