// What the device holds for a day without a network: the interviewer, the waves with their forms,
// the people to visit, the interviews. In IndexedDB, written through to the disk at every answer.
const NAME = "dieu-tra";
const VERSION = 1;
const STORES = { kept: "key", waves: "id", people: "id", interviews: "submission" };
// The browser says that it is done once the disk has it, not once it means to.
const DURABLE = { durability: "strict" };

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      for (const [store, key] of Object.entries(STORES)) {
        if (!asked.result.objectStoreNames.contains(store)) asked.result.createObjectStore(store, { keyPath: key });
      }
    };
    asked.onsuccess = () => {
      const base = asked.result;
      // Another tab has a newer version of the page, or the browser took the storage away.
      base.onversionchange = () => { opened = null; base.close(); };
      base.onclose = () => { opened = null; };
      resolve(base);
    };
    asked.onerror = () => { opened = null; reject(asked.error); };
    asked.onblocked = () => { opened = null; reject(new Error("blocked")); };
  });
  return opened;
}

// One transaction: `act` is given the stores and may return a request, whose result is the answer.
async function run(stores, mode, act) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(stores, mode, DURABLE);
    const request = act(Object.fromEntries(stores.map((one) => [one, transaction.objectStore(one)])));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    transaction.onerror = () => reject(transaction.error);
  });
}

export const all = (store) => run([store], "readonly", (of) => of[store].getAll());
export const get = (store, key) => run([store], "readonly", (of) => of[store].get(key));
export const put = (store, row) => run([store], "readwrite", (of) => of[store].put(row));
export const remove = (store, key) => run([store], "readwrite", (of) => of[store].delete(key));

// Replace a row that is still there; one that was removed meanwhile stays removed.
export const replace = (store, key, row) => run([store], "readwrite", (of) => {
  of[store].getKey(key).onsuccess = ({ target }) => { if (target.result !== undefined) of[store].put(row); };
});

// What the server says of today takes the place of what it said before, all or nothing. People
// with an interview that the server does not have yet stay, whatever it says. `by` is whose they are:
// several interviewers may work at one device.
export function takeOver({ me, waves, people }, at) {
  const listed = new Set(people.map((one) => one.id));
  const current = new Set(waves.map((one) => one.id));
  return run(["kept", "waves", "people", "interviews"], "readwrite", (of) => {
    of.kept.put({ key: "me", ...me });
    of.kept.put({ key: "fetched", at });
    for (const wave of waves) of.waves.put(wave);
    for (const one of people) of.people.put({ ...one, by: me.id });
    of.interviews.getAll().onsuccess = ({ target: { result: held } }) => {
      const unsent = held.filter((one) => one.state !== "confirmed");
      const needed = { people: new Set(unsent.map((one) => one.invitation)), waves: new Set(unsent.map((one) => one.wave)) };
      // What is confirmed is only a mark, and goes with the person it was about.
      for (const one of held) {
        if (one.state === "confirmed" && one.by === me.id && !listed.has(one.invitation)) of.interviews.delete(one.submission);
      }
      removeOthers(of.people, (id) => listed.has(id) || needed.people.has(id));
      removeOthers(of.waves, (id) => current.has(id) || needed.waves.has(id));
    };
  });
}

// What the device holds of who works at it now: theirs, and of others nothing. Somebody whom they
// asked already and to whom another goes now is still theirs until the server has that interview.
export async function own() {
  const [me, people, interviews] = [await get("kept", "me"), await all("people"), await all("interviews")];
  const mine = interviews.filter((one) => one.by === me?.id);
  const asked = new Set(mine.filter((one) => one.state !== "confirmed").map((one) => one.invitation));
  return { me, interviews: mine, people: people.filter((one) => me && (one.by === me.id || asked.has(one.id))) };
}

function removeOthers(store, stays) {
  store.getAllKeys().onsuccess = ({ target: { result } }) => {
    for (const id of result) if (!stays(id)) store.delete(id);
  };
}
