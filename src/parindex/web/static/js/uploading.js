// A form with a file sent by htmx (data-upload): its <progress> shows how much has arrived.
for (const [type, hidden] of [["htmx:xhr:loadstart", false], ["htmx:xhr:progress", false], ["htmx:xhr:loadend", true]]) {
  document.addEventListener(type, (event) => {
    const bar = event.target.closest?.("[data-upload]")?.querySelector("progress");
    if (!bar) return;
    bar.hidden = hidden;
    if (event.detail?.lengthComputable && event.detail.total) bar.value = event.detail.loaded / event.detail.total;
  });
}
