// What is begun stays on this device until it is sent: in localStorage. Without room for it (a
// private window, a full telephone) the page itself still has the answers, and says so.
const PREFIX = "phieu ";

// Whether it is kept.
export function keep(code, draft) {
  try {
    localStorage.setItem(PREFIX + code, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function kept(code) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + code) ?? "null");
  } catch {
    return null;
  }
}

export function forget(code) {
  try {
    localStorage.removeItem(PREFIX + code);
  } catch { /* there is nothing then */ }
}

// Everything begun here: [code, draft], the latest first; what is past its time is removed.
export function begun() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    const found = keys.map((key) => [key.slice(PREFIX.length), kept(key.slice(PREFIX.length))]);
    for (const [code, draft] of found) if (!draft || new Date(draft.until) < new Date()) forget(code);
    return found
      .filter(([code, draft]) => draft && kept(code))
      .sort((one, other) => other[1].touched - one[1].touched);
  } catch {
    return [];
  }
}
