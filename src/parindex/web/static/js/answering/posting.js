// Posts to the house, and what came of it in words. No cookie goes along, and no address.
import { pageLanguage, t } from "./words.js";

const PATIENCE = 30_000;

// { ok, status, body, told }; status 0 is the network's fault. `told` is { title, lines, problems }.
export async function post(url, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...body, language: pageLanguage() }),
      credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", signal: stop.signal,
    });
    const given = await answer.json();
    if (answer.ok) return { ok: true, status: answer.status, body: given };
    return { ok: false, status: answer.status, body: given, told: inWords(given.problems ?? []) };
  } catch {
    return { ok: false, status: 0, told: { title: t("no_network"), lines: [t("no_network_about")], problems: [] } };
  } finally {
    clearTimeout(timer);
  }
}

function inWords(problems) {
  if (!problems.length) return { title: t("no_server"), lines: [t("no_server_about")], problems };
  const [first, ...rest] = problems;
  const lines = [first.expected, first.fix, ...rest.flatMap((one) => [one.what, one.fix])].filter(Boolean);
  return { title: first.what, lines, problems };
}
