/** Throws when the operating system is not Linux. Everything that mounts calls this first. */
export function requireLinux(): void {
  if (process.platform !== 'linux') {
    throw new Error(`mounting volumes needs Linux; this is ${process.platform}`);
  }
}
