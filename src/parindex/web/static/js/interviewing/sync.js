// Sends what is finished, one by one, and fetches what there is to do. Nothing is removed from the
// device before the server has said of this very interview that it has it.
import { pageLanguage } from "../answering/words.js";
import * as store from "./store.js";

const PATIENCE = 30_000;

// What the server says of an interview as it is: sent again as it is, it would say so again.
const REFUSED = [400, 403, 404, 409, 413, 422];

// Once at a time, whatever tabs are open. What came of it: `login`, `offline`, `busy`, `stranger`, or
// nothing of these when all went through; `sent` counts.
export function synchronise(told = () => {}) {
  const act = () => attempt(told);
  return navigator.locks ? navigator.locks.request("dieu-tra", { ifAvailable: true }, (lock) => (lock ? act() : { running: true })) : act();
}

async function attempt(told) {
  let work = await ask("GET", "/dieu-tra/viec");
  if (!work.ok) return trouble(work);
  const found = { sent: 0 };
  const mine = (await store.all("interviews")).filter((one) => one.state === "finished");
  found.stranger = mine.some((one) => one.by !== work.body.me.id);
  const waiting = mine.filter((one) => one.by === work.body.me.id);
  for (const one of waiting) {
    told({ at: found.sent + 1, all: waiting.length });
    const answered = await ask("POST", one.outcome ? "/dieu-tra/khong-gap" : "/dieu-tra/gui", body(one), work.body.csrf);
    if (answered.ok) {
      await store.replace("interviews", one.submission, confirmed(one));
      found.sent += 1;
    } else if (isRefusal(answered)) {
      const state = answered.status === 409 ? "conflict" : "refused";
      await store.replace("interviews", one.submission, { ...one, state, told: answered.body?.problems ?? [] });
    } else if (answered.status >= 500) {
      // Perhaps of this one alone: those behind it do not wait for it.
      found.busy = true;
    } else {
      return { ...found, ...trouble(answered) };
    }
  }
  if (waiting.length) work = await ask("GET", "/dieu-tra/viec");
  if (!work.ok) return { ...found, ...trouble(work) };
  await store.takeOver(work.body, new Date().toISOString());
  return found;
}

// What is too large or malformed may be refused before anything of ours could say why.
const isRefusal = ({ status, body }) => REFUSED.includes(status) && (status === 400 || status === 413 || Boolean(body?.problems));

function trouble({ status, body }) {
  if (status === 401 || (status === 403 && !body?.problems)) return { login: body?.login ?? "/accounts/login/?next=/dieu-tra/" };
  return status === 0 ? { offline: true } : { busy: true };
}

const body = (one) => (one.outcome
  ? { invitation: one.invitation, outcome: one.outcome, reason: one.reason }
  : { invitation: one.invitation, submission: one.submission, answers: one.sending, seconds: one.seconds, ended: one.ended });

// What is left of an interview once the server has it: that there was one.
const confirmed = ({ submission, invitation, wave, by, outcome }) =>
  ({ submission, invitation, wave, by, outcome, state: "confirmed" });

async function ask(method, url, content, csrf) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(url, {
      method, credentials: "same-origin", cache: "no-store", redirect: "error", signal: stop.signal,
      headers: {
        "Accept-Language": pageLanguage(),
        ...(content ? { "Content-Type": "application/json", "X-CSRFToken": csrf } : {}),
      },
      body: content ? JSON.stringify({ ...content, language: pageLanguage() }) : undefined,
    });
    const kind = answer.headers.get("Content-Type") ?? "";
    const given = kind.startsWith("application/json") ? await answer.json() : null;
    return { ok: answer.ok && given !== null, status: answer.status, body: given };
  } catch {
    return { ok: false, status: 0, body: null };
  } finally {
    clearTimeout(timer);
  }
}

export const problemWords = (told) => (told ?? []).flatMap((one) => [one.what, one.expected, one.fix]).filter(Boolean);
