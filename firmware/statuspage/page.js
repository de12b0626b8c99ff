"use strict";
// Keeps the page fresh, and says so loudly when it no longer is: a page that stands still must not look green.
(() => {
  const live = document.getElementById("live"), lost = document.getElementById("lost");
  const by = document.getElementById("by"), said = document.getElementById("said");
  let fresh = Date.now(), busy = false;

  const name = () => { try { return localStorage.getItem("by") || ""; } catch { return ""; } };
  by.value = name();
  by.addEventListener("change", () => { try { localStorage.setItem("by", by.value); } catch { /* not kept */ } });

  async function refresh() {
    if (busy) return;
    busy = true;
    try {
      const answer = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(3000) });
      if (!answer.ok) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const d of live.querySelectorAll("details[id]")) {
        const twin = next.getElementById(d.id);
        if (twin && d.dataset.touched) { twin.open = d.open; twin.dataset.touched = "1"; }
      }
      const focus = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.ack : "";
      live.replaceChildren(...next.getElementById("live").childNodes);
      if (focus) for (const b of live.querySelectorAll("button[data-ack]")) if (b.dataset.ack === focus) b.focus();
      document.title = next.title;
      fresh = Date.now();
    } catch { /* judge() says it */ } finally { busy = false; judge(); }
  }

  function judge() {
    const age = Date.now() - fresh;
    const gone = age > 4500;
    lost.hidden = !gone;
    document.body.classList.toggle("lost", gone);
    if (gone) {
      document.getElementById("lost-since").textContent = "It shows how things were " + Math.round(age / 1000) + " s ago.";
      if (!document.title.startsWith("? ")) document.title = "? No contact · " + document.title;
    }
  }

  async function command(path, body, done) {
    try {
      const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
      const words = await answer.json();
      said.textContent = answer.ok ? done : words.error;
    } catch { said.textContent = "The device did not answer."; }
    refresh();
  }

  document.addEventListener("click", (e) => {
    const summary = e.target.closest("summary");
    if (summary) summary.parentElement.dataset.touched = "1";
    const b = e.target.closest("button");
    if (!b) return;
    if (b.dataset.ack) {
      if (!by.value.trim()) { said.textContent = "Say who you are first."; by.focus(); return; }
      command("/api/v1/ack", { service: b.dataset.ack, by: by.value.trim() }, "Acknowledged " + b.dataset.ack + ".");
    }
    if (b.dataset.mute) command("/api/v1/mute", { muted: b.dataset.mute === "true" }, b.dataset.mute === "true" ? "Muted." : "Unmuted.");
  });

  const stream = new EventSource("/api/v1/stream?events=tick");
  stream.addEventListener("tick", refresh);
  stream.onopen = refresh;
  // When no stream is to be had, asking now and then must do.
  setInterval(() => { judge(); if (Date.now() - fresh > 2000) refresh(); }, 500);
})();
