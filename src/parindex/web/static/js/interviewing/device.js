// What the device itself may do to an interviewer's day: throw data away, run full, lose the network.
const LEAST = 30 * 1024 * 1024;
const MOST_USED = 0.9;

// Ask the browser to keep what it holds, whatever else it needs room for.
export async function askToKeep() {
  if (!(await isKept())) await navigator.storage?.persist?.().catch(() => {});
}

export async function isKept() {
  return (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
}

export async function room() {
  try {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    const left = quota - usage;
    return { left, low: quota > 0 && (left < LEAST || usage / quota > MOST_USED) };
  } catch {
    return { left: null, low: false };
  }
}

export const megabytes = (bytes) => Math.max(0, Math.round(bytes / 1024 / 1024));
