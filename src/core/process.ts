/** Whether a process of this machine lives: a signal that is none is sent to it (`kill(2)`, signal 0). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // It is there and somebody else's.
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
